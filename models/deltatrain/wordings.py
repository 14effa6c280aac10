"""How people say each concept.

Kinds of wordings, so that the grammar can put them together:

- things follow "with", "without", "no", "wearing": "a beard", "blond hair";
- adjectives go before a noun: "smiling", and after "very", "not", "more";
- tails follow a noun: "that laughs", "in old age";
- more and less are comparatives: "older", "with longer hair".

Held-out wordings are for evaluation: no training caption may use them. They are
written with their kind: "a:" adjective, "t:" tail, "h:" thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Wordings:
    """Wordings of one concept."""

    things: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    held: tuple[str, ...] = field(default=())


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _w(things: str = "", adjectives: str = "", tails: str = "", more: str = "", less: str = "",
       held: str = "") -> Wordings:  # fmt: skip
    return Wordings(*map(_split, (things, adjectives, tails, more, less, held)))


WORDINGS: dict[str, Wordings] = {
    "smiling": _w(
        "a smile|a happy expression|a cheerful look|a grin|a friendly smile|a happy look",
        "smiling|happy|cheerful|joyful|grinning|delighted|pleased|content|merry|friendly",
        "that smiles|who is smiling|who looks happy|who is happy|smiling at the camera|who smiles",
        "happier|more cheerful|smiling more|more smiling|friendlier", "smiling less|less happy",
        "a:jolly|a:jovial|t:beaming with joy|t:who looks glad|h:a sunny expression"),
    "closed smile": _w(
        "a closed-mouth smile|a gentle smile|a smirk|a faint smile|a subtle smile|a slight smile|"
        "a smile with closed lips|a small smile",
        "smirking|softly smiling|gently smiling",
        "smiling with closed lips|smiling with a closed mouth|smiling without showing teeth", "",
        "", "h:a Mona Lisa smile|t:smiling with lips pressed together|h:a tight-lipped smile"),
    "open smile": _w(
        "an open smile|a toothy smile|a big smile|a broad smile|a wide smile|a smile showing teeth|"
        "a bright smile|visible teeth|a wide grin",
        "broadly smiling|widely smiling|beaming",
        "showing teeth|smiling with teeth|smiling broadly|showing the teeth in a smile", "", "",
        "t:grinning from ear to ear|t:flashing pearly whites|h:a huge grin"),
    "laughing": _w(
        "a laugh|a laughing mouth|a laughing expression", "laughing|giggling|chuckling",
        "that laughs|who laughs|laughing out loud|roaring with laughter|bursting with laughter",
        "laughing more", "laughing less",
        "t:cracking up|t:in a fit of hilarity|t:who finds it hilarious"),
    "serious": _w(
        "a serious expression|a neutral expression|a straight face|a stern look|a blank expression|"
        "a poker face",
        "serious|unsmiling|solemn|stern|neutral|expressionless|emotionless",
        "who does not smile|not smiling|that does not smile|who looks serious|without a smile",
        "more serious|sterner", "less serious",
        "a:grave|a:deadpan|t:keeping a straight countenance|h:an earnest expression"),
    "angry": _w(
        "an angry expression|a frown|furrowed brows|an angry look|a scowl|an angry stare",
        "angry|furious|mad|annoyed|irritated|frowning|scowling|enraged|cross",
        "in a rage|who is angry|who looks angry|that frowns", "angrier|more angry",
        "less angry",
        "a:livid|a:irate|t:fuming with anger|t:seething|h:a hostile glare"),
    "sad": _w(
        "a sad expression|a sad look|a sorrowful look|sad eyes|an unhappy expression",
        "sad|unhappy|gloomy|depressed|sorrowful|melancholic|miserable|downcast",
        "who is sad|who looks sad|who feels down|that looks unhappy", "sadder|more sad",
        "less sad", "a:mournful|a:dejected|t:with a heavy heart|a:heartbroken"),
    "surprised": _w(
        "a surprised expression|a shocked look|an amazed look|a surprised look|"
        "an open mouth and raised brows",
        "surprised|shocked|amazed|astonished|startled", "who is surprised|who looks surprised|"
        "who is shocked", "more surprised", "less surprised",
        "a:stunned|a:flabbergasted|t:whose jaw dropped|a:dumbfounded"),
    "afraid": _w(
        "a frightened expression|a fearful look|fear in the eyes|a scared look",
        "afraid|scared|frightened|fearful|anxious|worried", "who is afraid|who looks scared",
        "more scared|more afraid", "less afraid",
        "a:terrified|a:panicked|t:filled with dread|a:horrified"),
    "disgusted": _w(
        "a disgusted expression|a look of disgust|a wrinkled nose of disgust",
        "disgusted|repelled|grossed-out", "who is disgusted|showing disgust", "more disgusted", "",
        "a:revolted|h:a grimace of revulsion|a:nauseated"),
    "crying": _w(
        "tears|tears on the cheeks|a crying expression", "crying|weeping|tearful|sobbing",
        "in tears|who is crying|who cries|close to tears", "", "",
        "t:bawling|a:teary-eyed|t:shedding a tear"),
    "mouth open": _w(
        "an open mouth|parted lips|the mouth open|a mouth wide open", "open-mouthed",
        "whose mouth is open|opening the mouth", "with the mouth more open", "",
        "h:lips apart|t:with an agape mouth|t:gaping"),
    "mouth closed": _w(
        "a closed mouth|the mouth shut|closed lips|lips together|the mouth closed",
        "closed-mouthed", "whose mouth is closed|keeping the mouth shut", "", "",
        "h:sealed lips|t:with lips pressed shut|h:a shut mouth"),
    "eyes wide": _w(
        "wide open eyes|wide eyes|widely opened eyes|eyes wide open", "wide-eyed",
        "staring with wide eyes|opening the eyes wide", "with wider eyes|with the eyes more open",
        "", "t:goggling|h:saucer eyes|h:eyes opened very far"),
    "eyes narrow": _w(
        "narrow eyes|squinting eyes|half-closed eyes|narrowed eyes|squinted eyes",
        "squinting|narrow-eyed", "who squints|narrowing the eyes", "with narrower eyes", "",
        "t:peering through slits|h:half-shut eyes|a:slit-eyed"),
    "eyes closed": _w(
        "closed eyes|the eyes shut|the eyes closed|shut eyes", "sleeping|asleep",
        "who sleeps|closing the eyes", "", "",
        "a:dozing|h:lowered eyelids|t:with lids shut"),
    "big eyes": _w("big eyes|large eyes|huge eyes", "big-eyed", "", "with bigger eyes|"
                   "with larger eyes", "", "h:enormous eyes|a:doe-eyed|h:anime eyes"),
    "small eyes": _w("small eyes|little eyes|tiny eyes", "small-eyed", "", "with smaller eyes", "",
                     "h:beady eyes|h:minuscule eyes|h:piggy eyes"),
    "gaze left": _w(
        "eyes looking left|a gaze to the left|eyes turned to the left", "",
        "looking to the left|looking left|glancing left|whose eyes look left", "", "",
        "t:peeking leftward|t:eyeing the left side|h:pupils at the left"),
    "gaze right": _w(
        "eyes looking right|a gaze to the right|eyes turned to the right", "",
        "looking to the right|looking right|glancing right|whose eyes look right", "", "",
        "t:peeking rightward|t:eyeing the right side|h:pupils at the right"),
    "facing left": _w(
        "the head turned left|the head turned to the left", "left-facing",
        "turned to the left|facing left|facing to the left|turning left", "turned more to the left",
        "", "t:rotated leftwards|t:showing a left profile|t:pointing left"),
    "facing right": _w(
        "the head turned right|the head turned to the right", "right-facing",
        "turned to the right|facing right|facing to the right|turning right",
        "turned more to the right", "",
        "t:rotated rightwards|t:showing a right profile|t:pointing right"),
    "looking up": _w(
        "the head tilted up|the chin up|a raised head|a raised chin", "",
        "looking up|looking upward|tilting the head up|facing up", "looking more up", "",
        "t:gazing at the sky|t:with the nose in the air|t:glancing skyward"),
    "looking down": _w(
        "the head tilted down|the chin down|a lowered head|a lowered chin", "",
        "looking down|looking downward|tilting the head down|facing down", "looking more down", "",
        "t:gazing at the floor|t:with a bowed head|t:glancing at the ground"),
    "raised brows": _w(
        "raised eyebrows|lifted eyebrows|raised brows|high eyebrows", "",
        "raising the eyebrows|lifting the brows", "with higher eyebrows|with higher brows",
        "with lower eyebrows", "h:arched eyebrows|t:hoisting the eyebrows|h:uplifted brows"),
    "child": _w(
        "a child's face|childlike features", "childlike|very young|baby-faced|childish",
        "of a child|of a kid|of a little child|as a child|as a kid|in childhood", "much younger",
        "", "t:of an infant|t:of a preschooler|t:of elementary school age"),
    "teenager": _w("a teenager's face|teenage looks", "teenage|adolescent",
                   "of a teenager|of a teen|as a teenager|in puberty|of sixteen years", "", "",
                   "t:of high school age|a:pubescent|t:of a youngster"),
    "young": _w(
        "youthful looks|a young face|a youthful face", "young|youthful|fresh-faced",
        "of a young person|at twenty|in the twenties|of a young adult|who looks young",
        "younger|more youthful|looking younger|made younger", "less young",
        "a:juvenile|t:in the prime of youth|t:rejuvenated by decades"),
    "middle-aged": _w("", "middle-aged|mature|forty-year-old|fifty-year-old",
                      "in middle age|of about fifty years|at forty-five|of a middle-aged person",
                      "", "", "t:in midlife|a:fortyish|t:around half a century of age"),
    "old": _w(
        "an old face|an aged face", "old|elderly|aged|senior",
        "of an old person|in old age|at seventy|who is old|of an elderly person|who looks old",
        "older|more aged|looking older|made older|aged by years", "less old",
        "a:geriatric|t:in the golden years|a:hoary|t:of retirement age"),
    "very old": _w("", "ancient|very old|extremely old|eighty-year-old|ninety-year-old",
                   "at ninety|of a very old person|of great age", "much older", "",
                   "a:centenarian|t:on the deathbed of age|a:decrepit"),
    "male": _w(
        "masculine features|a masculine face|male features", "male|masculine|manly",
        "of a man|of a male|that is male|who is a man|as a man", "more masculine|more manly",
        "less masculine", "a:virile|t:of the male sex|a:mannish"),
    "female": _w(
        "feminine features|a feminine face|female features", "female|feminine|womanly",
        "of a woman|of a female|that is female|who is a woman|as a woman",
        "more feminine|more womanly", "less feminine",
        "a:ladylike|t:of the female sex|a:girlish"),
    "black hair": _w("black hair|jet black hair|dark hair|raven hair|deep black hair",
                     "black-haired|dark-haired|raven-haired", "whose hair is black",
                     "with darker hair|with blacker hair", "",
                     "h:hair as black as coal|h:ebony hair|h:inky black locks"),
    "dark brown hair": _w("dark brown hair|deep brown hair|dark chestnut hair", "", "", "", "",
                          "h:espresso brown hair|h:mahogany brown hair|h:cocoa hair"),
    "brown hair": _w("brown hair|brunette hair|chestnut hair|light brown hair|medium brown hair",
                     "brown-haired|brunette", "whose hair is brown", "with browner hair", "",
                     "h:hazelnut coloured hair|h:chocolate hair|h:mousy hair"),
    "blond hair": _w(
        "blond hair|blonde hair|golden hair|fair hair|light hair|yellow hair",
        "blond|blonde|fair-haired|golden-haired|blond-haired",
        "whose hair is blond|whose hair is blonde", "with blonder hair|with lighter hair",
        "less blond", "h:flaxen hair|h:straw-coloured hair|h:honey-coloured hair|a:towheaded"),
    "platinum hair": _w("platinum blond hair|platinum hair|bleached hair|very light blond hair",
                        "platinum blond|platinum blonde", "", "", "",
                        "h:ice blond hair|h:peroxide hair|h:Scandinavian white-blond hair"),
    "red hair": _w("red hair|ginger hair|auburn hair|copper hair|orange hair|reddish hair",
                   "red-haired|ginger|redheaded|ginger-haired|auburn", "whose hair is red",
                   "with redder hair", "", "h:strawberry hair|h:rust-coloured hair|h:fiery hair"),
    "grey hair": _w("grey hair|gray hair|silver hair|greying hair|graying hair",
                    "grey-haired|gray-haired|silver-haired|greying", "whose hair is grey",
                    "with greyer hair|with grayer hair", "",
                    "h:salt and pepper hair|h:ash-grey hair|h:steel grey hair"),
    "white hair": _w("white hair|snow-white hair|all white hair", "white-haired",
                     "whose hair is white", "with whiter hair", "",
                     "h:hair as white as snow|h:ivory hair|h:chalk white locks"),
    "long hair": _w("long hair|long flowing hair|hair down to the shoulders|very long hair",
                    "long-haired", "whose hair is long|who wears the hair long",
                    "with longer hair", "with less long hair",
                    "h:lengthy tresses|h:a lengthy mane|h:waist-length hair"),
    "medium hair": _w("shoulder-length hair|medium-length hair|a bob haircut|chin-length hair", "",
                      "", "", "", "h:a lob|h:hair of middling length|h:hair to the collar"),
    "short hair": _w("short hair|cropped hair|a short haircut|short-cut hair|very short hair",
                     "short-haired", "whose hair is short|who wears the hair short",
                     "with shorter hair", "", "h:a pixie cut|h:a buzz cut|h:closely cut hair"),
    "straight hair": _w("straight hair|sleek hair|smooth straight hair|straightened hair",
                        "straight-haired", "whose hair is straight", "with straighter hair", "",
                        "h:poker-straight hair|h:hair without waves|h:flat-ironed hair"),
    "wavy hair": _w("wavy hair|waves in the hair|slightly curly hair|beach waves", "wavy-haired",
                    "whose hair is wavy", "with wavier hair", "",
                    "h:undulating hair|h:tousled surfer hair|h:hair that ripples"),
    "curly hair": _w("curly hair|curls|frizzy hair|an afro|tight curls|a curly hairstyle",
                     "curly-haired|curly", "whose hair is curly", "with curlier hair|"
                     "with more curls", "with fewer curls",
                     "h:ringlets|h:coily hair|h:corkscrew locks"),
    "fringe": _w("a fringe|bangs|hair over the forehead|hair on the forehead", "",
                 "whose hair falls on the forehead|wearing bangs", "with longer bangs", "",
                 "h:a forelock|t:whose forehead is covered by hair|h:micro bangs"),
    "no fringe": _w("a free forehead|hair combed back|an uncovered forehead|slicked-back hair", "",
                    "whose forehead is free", "", "",
                    "h:an exposed forehead|h:a bare brow|h:hair swept away from the forehead"),
    "receding hair": _w("a receding hairline|thinning hair|a high forehead|receding hair|"
                        "hair loss", "balding", "who loses hair|whose hairline recedes",
                        "with less hair|with thinner hair|more bald", "with more hair",
                        "h:a widow's peak and sparse hair|h:a hairline far back|h:sparse hair"),
    "bald": _w("a bald head|a shaved head|no hair|a bald patch|a hairless head",
               "bald|bald-headed|hairless|shaven-headed", "who is bald|who has no hair|"
               "without hair", "balder", "less bald",
               "t:as bald as an egg|h:a chrome dome|h:a shiny pate"),
    "tied hair": _w("hair tied back|a ponytail|a bun|hair pulled back|tied-back hair|a hair bun",
                    "ponytailed", "wearing a ponytail|wearing the hair up", "", "",
                    "h:an updo|h:a topknot|h:hair gathered behind the head"),
    "beard": _w("a beard|a full beard|facial hair|a thick beard|a long beard|a bushy beard",
                "bearded", "wearing a beard|who has a beard|who grew a beard",
                "with a longer beard|with more beard|with a thicker beard",
                "with a shorter beard|with less beard",
                "h:whiskers|a:hirsute|h:a lumberjack's chin growth|h:chin whiskers"),
    "stubble": _w("stubble|a three-day beard|five o'clock shadow|a short beard|designer stubble",
                  "unshaven|stubbly", "who has not shaved", "", "",
                  "h:scruff|h:a few days' growth|a:scruffy"),
    "moustache": _w("a moustache|a mustache|hair on the upper lip|a thick moustache",
                    "moustached|mustachioed", "wearing a moustache|who has a moustache", "", "",
                    "h:a handlebar above the lip|h:a pencil 'stache|h:a walrus tash"),
    "goatee": _w("a goatee|a chin beard|a goatee beard", "goateed", "wearing a goatee", "", "",
                 "h:a Van Dyke|h:a tuft on the chin|h:a soul patch"),
    "clean-shaven": _w("a clean shave|a shaved chin|no facial hair|shaved cheeks|a smooth chin",
                       "clean-shaven|beardless|smooth-shaven|shaved",
                       "who has shaved|who shaved off the beard|after shaving", "better shaved",
                       "", "t:fresh from the barber's razor|a:baby-smooth-cheeked|"
                       "h:cheeks without any growth"),
    "thick brows": _w("thick eyebrows|bushy eyebrows|dark eyebrows|strong brows|thick brows|"
                      "heavy eyebrows", "thick-browed", "",
                      "with thicker eyebrows|with darker eyebrows", "",
                      "h:prominent eyebrows|a:beetle-browed|h:dense brows"),
    "thin brows": _w("thin eyebrows|light eyebrows|faint brows|plucked eyebrows|thin brows", "",
                     "", "with thinner eyebrows|with lighter eyebrows", "",
                     "h:pencil-thin brows|h:barely visible eyebrows|h:sparse eyebrows"),
    "blue eyes": _w("blue eyes|light blue eyes|grey-blue eyes|bright eyes|light eyes",
                    "blue-eyed", "whose eyes are blue", "with bluer eyes", "",
                    "h:azure eyes|h:sky-coloured irises|h:sapphire eyes"),
    "brown eyes": _w("brown eyes|dark eyes|dark brown eyes|black eyes", "brown-eyed|dark-eyed",
                     "whose eyes are brown", "with darker eyes|with browner eyes", "",
                     "h:chocolate eyes|h:hazel irises|h:chestnut eyes"),
    "glasses": _w("glasses|eyeglasses|reading glasses|black-rimmed glasses|round glasses|"
                  "thick glasses|a pair of glasses", "bespectacled|glasses-wearing",
                  "wearing glasses|who wears glasses|in glasses|wearing eyeglasses",
                  "", "", "h:spectacles|h:horn-rimmed specs|t:in need of optical lenses|"
                  "h:wire frames on the nose"),
    "no glasses": _w("bare eyes without glasses", "",
                     "without glasses|with no glasses|not wearing glasses|without eyeglasses|"
                     "who takes off the glasses|with the glasses removed|no longer wearing glasses",
                     "", "", "t:without spectacles|t:sans specs|t:who uses contact lenses instead"),
    "sunglasses": _w("sunglasses|dark glasses|sun glasses|black sunglasses|tinted glasses", "",
                     "wearing sunglasses|who wears sunglasses|in dark glasses", "", "",
                     "h:shades|h:aviators|h:Ray-Bans"),
    "hat": _w("a hat|a cap|a beanie|a woolly hat|a baseball cap|a headscarf|a hood|headwear",
              "hat-wearing", "wearing a hat|who wears a hat|in a hat|wearing a cap|"
              "wearing a beanie",
              "", "", "h:a fedora|h:a bonnet|h:a turban|h:a beret"),
    "earrings": _w("earrings|an earring|ear jewellery|gold earrings|pearl earrings|hoop earrings",
                   "", "wearing earrings|who wears earrings", "with bigger earrings", "",
                   "h:ear studs|h:dangling hoops|h:jewels hanging from the ears"),
    "necklace": _w("a necklace|a chain around the neck|a pearl necklace|a gold chain", "",
                   "wearing a necklace|who wears a necklace", "", "",
                   "h:a pendant|h:a choker|h:beads around the neck"),
    "make-up": _w("make-up|makeup|heavy make-up|eye shadow|mascara|eyeliner|heavy makeup|cosmetics",
                  "made-up|glamorous|heavily made-up", "wearing make-up|wearing makeup|"
                  "who wears make-up", "with more make-up|more made-up|with more makeup",
                  "with less make-up", "h:smoky eyes|t:dolled up|h:false lashes and foundation"),
    "no make-up": _w("a natural look|a bare face|no cosmetics|no makeup on", "unmade-up",
                     "without make-up|without makeup|with no make-up|not wearing make-up", "", "",
                     "a:barefaced|t:with cosmetics wiped off|t:au naturel"),
    "lipstick": _w("red lipstick|lipstick|red lips|painted lips|pink lipstick|dark lipstick|"
                   "pink lips|bright red lips", "red-lipped", "wearing lipstick|"
                   "wearing red lipstick", "with redder lips|with more lipstick",
                   "with paler lips|with less lipstick",
                   "h:crimson lips|h:scarlet lip colour|h:cherry lips"),
    "rosy cheeks": _w("rosy cheeks|red cheeks|blushing cheeks|flushed cheeks|a flushed face",
                      "blushing|rosy-cheeked|flushed", "that blushes|who blushes",
                      "with redder cheeks", "", "h:ruddy cheeks|h:apple cheeks|h:rouge"),
    "freckles": _w("freckles|freckled skin|many freckles|freckles on the nose", "freckled|freckly",
                   "covered in freckles", "with more freckles", "with fewer freckles",
                   "h:sun spots|h:a speckled complexion|h:sprinkled spots on the cheeks"),
    "wrinkles": _w("wrinkles|wrinkled skin|crow's feet|deep lines|lines in the face",
                   "wrinkled|wrinkly|lined", "full of wrinkles", "more wrinkled|with more wrinkles",
                   "less wrinkled|with fewer wrinkles",
                   "h:furrows|a:weather-beaten|h:creases in the skin"),
    "smooth skin": _w("smooth skin|flawless skin|clear skin|soft skin", "smooth-skinned|"
                      "unwrinkled", "without wrinkles|with no wrinkles", "with smoother skin", "",
                      "h:silky skin|h:a porcelain complexion|h:a spotless complexion"),
    "pale skin": _w("pale skin|fair skin|light skin|white skin|a pale complexion",
                    "pale|fair-skinned|light-skinned|pallid", "who is pale",
                    "paler|with paler skin|with lighter skin", "less pale",
                    "a:ashen|h:alabaster skin|a:pasty"),
    "tanned skin": _w("tanned skin|a tan|a suntan|sun-tanned skin|bronze skin",
                      "tanned|suntanned|sun-tanned|bronzed", "with a holiday tan|back from the sun",
                      "more tanned|browner", "less tanned",
                      "a:sun-kissed|h:a Mediterranean glow|a:sunburnt"),
    "dark skin": _w("dark skin|brown skin|black skin|a dark complexion|deep brown skin",
                    "dark-skinned|brown-skinned|black-skinned", "whose skin is dark",
                    "with darker skin|darker-skinned", "with less dark skin",
                    "h:ebony skin|a:swarthy|h:a dusky complexion"),
    "chubby": _w("a round face|chubby cheeks|a fat face|full cheeks|a wide face|plump cheeks",
                 "chubby|fat|plump|round-faced|overweight|heavy|chubby-cheeked",
                 "who is fat|who gained weight|who is overweight",
                 "fatter|chubbier|plumper|rounder|heavier", "less fat|less chubby",
                 "a:corpulent|a:obese|a:tubby|a:stout"),
    "thin face": _w("a thin face|a narrow face|hollow cheeks|a long face|a slim face|a lean face",
                    "thin|slim|skinny|gaunt|narrow-faced|lean|slender",
                    "who is thin|who lost weight", "thinner|slimmer|skinnier|leaner", "less thin",
                    "a:bony|a:emaciated|a:lanky"),
    "double chin": _w("a double chin|a fleshy chin|a thick neck and double chin", "double-chinned",
                      "", "", "", "h:jowls|h:a sagging chin|h:a second chin"),
    "wide jaw": _w("a wide jaw|a broad jaw|a square jaw|a strong jaw|a big jaw",
                   "square-jawed|strong-jawed", "", "with a wider jaw|with a stronger jaw", "",
                   "h:a lantern jaw|h:a chiselled jawline|h:a boxy jaw"),
    "narrow jaw": _w("a narrow jaw|a pointed chin|a small chin|a heart-shaped face|a slim jaw", "",
                     "", "with a narrower jaw|with a smaller chin", "",
                     "h:a V-shaped jawline|h:a tapering chin|h:a delicate jawline"),
    "high cheekbones": _w("high cheekbones|prominent cheekbones|strong cheekbones", "", "",
                          "with higher cheekbones", "",
                          "h:sculpted cheekbones|h:defined cheekbones|h:protruding cheekbones"),
    "big nose": _w("a big nose|a large nose|a wide nose|a broad nose|a huge nose", "big-nosed", "",
                   "with a bigger nose|with a wider nose|with a larger nose", "",
                   "h:a bulbous nose|h:an enormous nose|h:a hefty schnoz"),
    "small nose": _w("a small nose|a narrow nose|a little nose|a slim nose|a tiny nose",
                     "small-nosed", "", "with a smaller nose|with a narrower nose", "",
                     "h:a dainty nose|h:a petite nose|h:a button nose"),
    "long nose": _w("a long nose|an elongated nose", "long-nosed", "", "with a longer nose", "",
                    "h:a Pinocchio nose|h:a nose of great length|h:a lengthy nose"),
    "short nose": _w("a short nose|a snub nose", "short-nosed|snub-nosed", "",
                     "with a shorter nose", "", "h:a pug nose|h:a stubby nose|h:an upturned nose"),
    "full lips": _w("full lips|thick lips|big lips|plump lips|voluptuous lips",
                    "full-lipped|thick-lipped", "", "with fuller lips|with thicker lips|"
                    "with bigger lips", "", "h:pouty lips|h:luscious lips|h:bee-stung lips"),
    "thin lips": _w("thin lips|narrow lips|small lips", "thin-lipped", "",
                    "with thinner lips|with smaller lips", "",
                    "h:lips like a line|h:barely any lips|h:slender lips"),
    "bright light": _w("bright light|bright lighting|strong light|sunlight", "brightly lit|bright",
                       "in bright light|in daylight|in the sun|in sunlight",
                       "brighter|more brightly lit",
                       "", "a:sunlit|t:under floodlights|a:luminous"),
    "dim light": _w("dim light|dark lighting|low light|little light", "dimly lit",
                    "in dim light|in the shadow|in the dark|in low light", "more dimly lit", "",
                    "t:in the gloom|t:at dusk|a:shadowy"),
    "light from left": _w("light from the left|a light on the left side", "",
                          "lit from the left|lit from the left side", "", "",
                          "t:illuminated leftward|h:sidelight coming from the left|"
                          "h:a lamp to the left"),
    "light from right": _w("light from the right|a light on the right side", "",
                           "lit from the right|lit from the right side", "", "",
                           "t:illuminated rightward|h:sidelight coming from the right|"
                           "h:a lamp to the right"),
    "light background": _w("a light background|a white background|a bright background|"
                           "a pale background", "",
                           "in front of a light background|on a white background|"
                           "in front of a white wall|on a bright background",
                           "with a lighter background|with a brighter background", "",
                           "h:a snowy backdrop|t:before a whitewashed wall|h:an ivory backdrop"),
    "dark background": _w("a dark background|a black background|a very dark background", "",
                          "in front of a dark background|on a black background|"
                          "in front of a black wall", "with a darker background", "",
                          "h:a pitch-black backdrop|t:before a night sky|h:a gloomy backdrop"),
    "colourful background": _w("a colourful background|a colorful background|"
                               "a coloured background|a vivid background", "",
                               "in front of a colourful background|"
                               "in front of a colorful background",
                               "with a more colourful background", "",
                               "h:a rainbow backdrop|h:a saturated backdrop|h:a gaudy backdrop"),
    "plain background": _w("a blurred background|a plain background|a simple background|"
                           "an empty background|a blurry background", "",
                           "in front of a plain wall|in front of a blurred background|"
                           "in front of a plain background", "with a plainer background|"
                           "with a more blurred background", "",
                           "h:bokeh|h:a featureless backdrop|h:an out-of-focus backdrop"),
    "busy background": _w("a busy background|a detailed background|a cluttered background|"
                          "a sharp background", "", "in front of a busy background|"
                          "in front of a detailed background", "with a busier background", "",
                          "h:an intricate backdrop|h:a crowded backdrop|h:a messy backdrop"),
}  # fmt: skip
"""Wordings by the concept's name."""

NOUNS: dict[str, dict[str, float]] = {
    "man": {"male": 1}, "woman": {"female": 1}, "guy": {"male": 1}, "gentleman": {"male": 1},
    "lady": {"female": 1}, "male": {"male": 1}, "female": {"female": 1}, "dude": {"male": 1},
    "gal": {"female": 1}, "boy": {"male": 1, "child": 0.8}, "girl": {"female": 1, "child": 0.6},
    "child": {"child": 1}, "kid": {"child": 1}, "toddler": {"child": 1.2}, "baby": {"child": 1.3},
    "little girl": {"child": 1, "female": 1}, "little boy": {"child": 1, "male": 1},
    "schoolgirl": {"child": 0.8, "female": 1}, "schoolboy": {"child": 0.8, "male": 1},
    "schoolchild": {"child": 0.9}, "teenager": {"teenager": 1}, "teen": {"teenager": 1},
    "teenage girl": {"teenager": 1, "female": 1}, "teenage boy": {"teenager": 1, "male": 1},
    "adolescent": {"teenager": 1}, "young man": {"young": 1, "male": 1},
    "young woman": {"young": 1, "female": 1}, "young person": {"young": 1},
    "young adult": {"young": 0.8}, "student": {"young": 0.8}, "youth": {"young": 1},
    "old man": {"old": 1, "male": 1}, "old woman": {"old": 1, "female": 1},
    "old person": {"old": 1}, "elderly man": {"old": 1, "male": 1},
    "elderly woman": {"old": 1, "female": 1}, "old lady": {"old": 1, "female": 1},
    "grandmother": {"old": 1, "female": 1}, "grandfather": {"old": 1, "male": 1},
    "grandparent": {"old": 1}, "grandma": {"old": 1, "female": 1},
    "grandpa": {"old": 1, "male": 1}, "pensioner": {"old": 1}, "senior citizen": {"old": 1},
    "senior": {"old": 1}, "middle-aged man": {"middle-aged": 1, "male": 1},
    "middle-aged woman": {"middle-aged": 1, "female": 1}, "mother": {"female": 1},
    "father": {"male": 1}, "blonde": {"blond hair": 1}, "brunette": {"brown hair": 1},
    "redhead": {"red hair": 1}, "bearded man": {"beard": 1, "male": 0.7},
    "bald man": {"bald": 1, "male": 0.7}, "businessman": {"male": 1},
    "businesswoman": {"female": 1},
    "king": {"male": 1}, "granny": {"old": 1, "female": 1}, "daughter": {"female": 1, "young": 0.6},
    "son": {"male": 1, "young": 0.6}, "sister": {"female": 1}, "brother": {"male": 1},
    "fat man": {"chubby": 1, "male": 1}, "fat woman": {"chubby": 1, "female": 1},
}  # fmt: skip
"""Nouns that imply concepts, with the weights of these."""

HELD_NOUNS: dict[str, dict[str, float]] = {
    "granddad": {"old": 1, "male": 1}, "crone": {"old": 1, "female": 1},
    "tot": {"child": 1}, "lad": {"male": 1, "young": 0.6}, "lass": {"female": 1, "young": 0.6},
    "bloke": {"male": 1}, "matron": {"female": 1, "middle-aged": 0.6},
    "carrot-top": {"red hair": 1}, "retiree": {"old": 1}, "octogenarian": {"very old": 1},
}  # fmt: skip
"""Nouns of no training caption."""

PLAIN_NOUNS = (
    "face", "person", "portrait", "human face", "human", "headshot", "photo of a face", "somebody",
    "human being", "individual", "face of a person",
)  # fmt: skip
"""Nouns that imply nothing."""
