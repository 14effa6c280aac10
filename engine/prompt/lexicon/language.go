package lexicon

import (
	"iter"
	"maps"
	"unicode"
)

// OtherScript reports whether a word has letters that are not Latin.
func OtherScript(text string) bool {
	for _, r := range text {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return true
		}
	}
	return false
}

// Accented reports whether a word has a letter that is not ASCII.
func Accented(text string) bool {
	for _, r := range text {
		if r > unicode.MaxASCII && unicode.IsLetter(r) {
			return true
		}
	}
	return false
}

// IsForeign reports whether a key, a word without its accents, is a frequent word of
// another language and not an English word.
func IsForeign(key string) bool { return otherLanguages[key] }

// ForeignWords yields the words for which IsForeign is true, in no particular order.
func ForeignWords() iter.Seq[string] { return maps.Keys(otherLanguages) }

// AlsoForeign are words that exist in English and in other languages: they are no
// evidence for either.
var AlsoForeign = Set(`a an in me man die des hat war was so as on do la los con en is no of by is all alt kind bald rot braun grand barbe main long court brun large mince grosse`)

// otherLanguages are words, without accents, that are likely in prompts in other
// languages: function words, and words for faces. Words that are also English are not
// included.
var otherLanguages = Set(`
	der das ein eine einen einem einer und mit ohne nicht ist sind mehr weniger sehr bitte mach lachend
	lachelnd lachelnde lachelndes lachelnder lachelnden lacheln gesicht mann frau madchen junge jungen
	haare haar haaren augen brille sonnenbrille bart schnurrbart mund nase alte altes
	altere jung junges junger traurig traurige trauriges wutend frohlich glucklich gesichts kleines grosser

	le les une et avec est sont moins tres visage souriant souriante sourire sourit homme 
	enfant fille garcon cheveux yeux lunettes barbe bouche nez vieux vieille jeune triste heureux heureuse
	colere bleus noirs roux chapeau fait rire riant fermes ouverts

	el una unos las mas muy es cara rostro sonriente sonriendo sonrisa sonrie hombre mujer nino nina
	pelo cabello ojos gafas lentes barba bigote boca nariz viejo vieja joven feliz enojado enojada rubio
	rubia calvo sombreros azules hazlo

	il lo gli un uno di della senza molto piu viso volto sorridente sorriso sorride uomo donna 
	bambina capelli occhi occhiali barba baffi bocca naso vecchio vecchia giovane triste felice arrabbiato
	biondi biondo cappello

	 uma com sem mais muito rosto sorrindo sorridente sorriso homem mulher menino menina cabelo olhos
	oculos velho velha jovem feliz careca

	het een niet zonder meer heel gezicht lachend glimlachend glimlach vrouw jongen meisje ogen bril baard
	mond neus oude jong jonge blij boos verdrietig

	och utan inte ansikte leende kvinna har ogon glasogon skagg mun nasa gammal ung arg ledsen
	og uden ikke ansigt smilende kvinde briller skaeg gammel
	twarz usmiechnieta usmiechniety usmiech kobieta mezczyzna wlosy oczy okulary broda stary stara mloda
	mlody bez nie jest oraz
	gulumseyen yuz kadin sakalli gozluk sac yasli genc mutlu
	wajah tersenyum pria wanita rambut kacamata tua muda
`)
