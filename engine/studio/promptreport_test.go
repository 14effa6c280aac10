package studio

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine"
	"deltaedit/engine/prompt"
)

func TestReport(t *testing.T) {
	smile := prompt.Concept{Name: "smiling", Cosine: 0.9}
	frown := prompt.Concept{Name: "angry", Cosine: -0.6}
	chain := prompt.Concept{Name: "necklace", Cosine: 0.8, OutOfRange: "moving along it changes 4 % of what faces with one show."}
	for _, c := range []struct {
		name    string
		d       prompt.Direction
		known   bool
		message string
	}{
		{"known", prompt.Direction{Known: true, Nearest: []prompt.Concept{smile, frown}}, true, ""},
		{
			"a word",
			prompt.Direction{Unknown: []string{"zombie"}, Nearest: []prompt.Concept{smile, frown}},
			false,
			`this pack does not know "zombie"; nearest: smiling, the opposite of angry`,
		},
		{
			"words",
			prompt.Direction{Unknown: []string{"zombie", "red car", "x"}, Nearest: []prompt.Concept{smile}},
			false,
			`this pack does not know "zombie", "red car" and "x"; nearest: smiling`,
		},
		{
			"an essay",
			prompt.Direction{Unknown: []string{strings.Repeat("ä", 99)}, Nearest: []prompt.Concept{smile}},
			false,
			`this pack does not know "` + strings.Repeat("ä", 59) + `…"; nearest: smiling`,
		},
		{
			"beside what is known",
			prompt.Direction{Known: true, Unknown: []string{"zombie"}, Nearest: []prompt.Concept{smile}},
			true,
			`this pack does not know "zombie" and leaves it out`,
		},
		{
			"out of range",
			prompt.Direction{Nearest: []prompt.Concept{chain}, Beyond: []prompt.Concept{chain}},
			false,
			`this pack's generator cannot do "necklace": moving along it changes 4 % of what faces with one show`,
		},
		{
			"in part",
			prompt.Direction{Known: true, Nearest: []prompt.Concept{smile, chain}, Beyond: []prompt.Concept{chain}},
			true,
			`this pack's generator cannot do "necklace": moving along it changes 4 % of what faces with one show`,
		},
		{
			"behind",
			prompt.Direction{Known: true, Nearest: []prompt.Concept{{Name: "dark background", Cosine: 0.9}, {Name: "light background", Cosine: -0.8}}, Behind: []prompt.Concept{{Name: "dark background", Cosine: 0.9}}},
			true,
			`the photo's background stays as it is, so "dark background" hardly shows; the aligned face has it`,
		},
		{"no concepts", prompt.Direction{}, true, ""},
	} {
		r := newPromptReport(engine.Edit{Source: "face", Target: "x"}, c.d, 0.2, true)
		if r.Known != c.known || r.Message != c.message {
			t.Errorf("%s: want known %t and %q\ngot %t and %q", c.name, c.known, c.message, r.Known, r.Message)
		}
		if !slices.Equal(r.Unknown, c.d.Unknown) || len(r.OutOfRange) != len(c.d.Beyond) || len(r.Nearest) != len(c.d.Nearest) {
			t.Errorf("%s: got %+v", c.name, r)
		}
		if free := newPromptReport(engine.Edit{Source: "face", Target: "x"}, c.d, 0.2, false); len(free.Behind) > 0 {
			t.Errorf("%s: %v is behind though nothing is pasted", c.name, free.Behind)
		}
		text, err := json.Marshal(r)
		if err != nil || strings.Contains(string(text), "null") {
			t.Errorf("%s: lists must be lists, also when empty: %s, %v", c.name, text, err)
		}
	}
}

// TestReportOfTheReading: what the encoder says of how prompts were read comes through,
// and is left out of the JSON where there is nothing.
func TestReportOfTheReading(t *testing.T) {
	d := prompt.Direction{
		Known:      true,
		Suggestion: prompt.Suggestion{Target: "smiling face", Words: []prompt.Correction{{Word: "smilling", Meant: "smiling", Side: prompt.Target}}},
		Notices:    []prompt.Notice{{Kind: prompt.NoticeHalf, Side: prompt.Target, Words: []string{"wink"}, Taken: []string{"eyes closed"}}},
	}
	text, err := json.Marshal(newPromptReport(engine.Edit{Source: "face", Target: "x"}, d, 0.2, true))
	want := `"suggestion":{"target":"smiling face","words":[{"word":"smilling","meant":"smiling","side":"target"}]},` +
		`"notices":[{"kind":"half_understood","side":"target","words":["wink"],"taken":["eyes closed"]}]`
	if err != nil || !strings.Contains(string(text), want) {
		t.Errorf("%v: want %s\nin %s", err, want, text)
	}
	text, err = json.Marshal(newPromptReport(engine.Edit{Source: "face", Target: "x"}, prompt.Direction{Known: true}, 0.2, true))
	if err != nil || strings.Contains(string(text), "suggestion") || strings.Contains(string(text), "notices") {
		t.Errorf("%v: nothing to tell, and it says %s", err, text)
	}
}
