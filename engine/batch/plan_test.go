package batch

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"deltaedit/engine"
	"deltaedit/engine/mask"
	"deltaedit/engine/recipe"
)

func parse(text string) (Plan, error) { return Parse(strings.NewReader(text), "base") }

const smile = `"source":"face","target":"smiling face"`

func TestParse(t *testing.T) {
	text := "\ufeff# a comment\r\n\n" +
		`{"in":"a.jpg",` + smile + "}\r\n" +
		"  \t\n  # another\n" +
		`{"id":"Zoë/笑顔","in":"/abs/b.jpg","edits":[{` + smile + `,"strength":-0.5},{"source":"man","target":"woman"}],` +
		`"threshold":0.25,"face":"all","aligned":false,"out":"Zoë 2.PNG"}` + "\n" +
		`{"id":7,"in":"../c.jpg","engine":"diffusion","steps":40,"strength":2e0,"face":2,"aligned":true,` + smile + `}` // no end of line
	got, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	face := engine.Edit{Source: "face", Target: "smiling face", Strength: 1}
	minus, two := face, face
	minus.Strength, two.Strength = -0.5, 2
	want := Plan{[]Line{
		{Number: 3, ID: "3", In: "a.jpg", Path: filepath.Join("base", "a.jpg"), Edits: []engine.Edit{face}, Threshold: -1, Out: "3.png"},
		{
			Number: 6, ID: "Zoë/笑顔", In: "/abs/b.jpg", Path: "/abs/b.jpg",
			Edits:     []engine.Edit{minus, {Source: "man", Target: "woman", Strength: 1}},
			Threshold: 0.25, Face: engine.AllFaces, Out: "Zoë 2.PNG",
		},
		{Number: 7, ID: "7", In: "../c.jpg", Path: "c.jpg", Edits: []engine.Edit{two}, Threshold: -1, Face: 1, Aligned: true, Out: "7.png", Renderer: engine.Diffusion, Steps: 40},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// Regions are a text or a list, of a line or of its edits; a mask is that of a recipe.
func TestParseRegions(t *testing.T) {
	const hair = `{"parts":[{"region":"hair"},{"radius":0.1,"points":[0.5,0.5],"subtract":true}]}`
	named := func(names string) mask.Mask {
		m, err := mask.ParseRegions(names)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for more, want := range map[string]mask.Mask{
		`"region":"hair,-hat"`:            named("hair,-hat"),
		`"region":["hair","lips"]`:        named("hair,mouth"),
		`"region":"all"`:                  {},
		`"region":"hair","invert":false`:  named("hair"),
		`"invert":true,"region":["hair"]`: named("hair").Invert(),
		`"mask":` + hair:                  named("hair").Begin(mask.Brush{Radius: 0.1}, true, mask.Point{X: 0.5, Y: 0.5}),
	} {
		for _, line := range []string{`{"in":"a.jpg",` + smile + `,` + more + `}`, `{"in":"a.jpg","edits":[{` + smile + `,` + more + `}]}`} {
			p, err := parse(line)
			if err != nil || p.Lines[0].Edits[0].Mask != want {
				t.Errorf("%s became %+v, %v", line, p, err)
			}
		}
	}
	// What has no mask has the fingerprint that it had before there were masks.
	fingerprint := func(more string) string {
		p, err := parse(`{"in":"a.jpg",` + smile + more + `}`)
		if err != nil {
			t.Fatal(err)
		}
		return p.Lines[0].Fingerprint()
	}
	const before = "620c239a92c5253c4c6c97aa49ae85107550204f5ea729613aab07890899bdbd"
	if got := fingerprint(""); got != before || fingerprint(`,"region":"all"`) != before || fingerprint(`,"region":"hair"`) == before {
		t.Errorf("the fingerprint without a mask is %s, was %s, or a mask does not change it", got, before)
	}
}

// The face in a box is edited unless another one is named.
func TestParseBox(t *testing.T) {
	box := &recipe.Box{1560, 700, 40, 69}
	parsed := func(more string) Line {
		p, err := parse(`{"in":"a.jpg",` + smile + more + `}`)
		if err != nil {
			t.Fatal(err)
		}
		return p.Lines[0]
	}
	prints := map[string]string{parsed("").Fingerprint(): "no box"}
	for more, face := range map[string]int{
		`,"box":[1560,700,40,69]`:              engine.MarkedFace,
		`,"box":[1560,700,40,69],"face":1`:     0,
		`,"face":"all","box":[1560,700,40,69]`: engine.AllFaces,
	} {
		l := parsed(more)
		if !reflect.DeepEqual(l.Box, box) || l.Face != face {
			t.Errorf("%s: box %v, face %d", more, l.Box, l.Face)
		}
		again, err := parse(string(l.Text()))
		if err != nil || !reflect.DeepEqual(again.Lines[0], l) {
			t.Errorf("%s became %s: %+v, %v", more, l.Text(), again, err)
		}
		if other, ok := prints[l.Fingerprint()]; ok {
			t.Errorf("%s has the fingerprint of %s", more, other)
		}
		prints[l.Fingerprint()] = more
	}
}

func TestParseRefuses(t *testing.T) {
	line := func(more string) string { return `{"in":"a.jpg",` + smile + `,` + more + `}` }
	list := func(edits string) string { return `{"in":"a.jpg","edits":` + edits + `}` }
	cases := map[string]struct {
		line string
		says string // the value or key, and what to do
	}{
		"not JSON":               {"strength 1", "want an object"},
		"list":                   {"[1]", "want an object"},
		"null":                   {"null", "want an object"},
		"cut off":                {`{"in":"a.jpg"`, "not JSON"},
		"cut off in a value":     {`{"in":"a`, "not JSON"},
		"two objects":            {line(`"id":"x"`) + "{}", "one object a line"},
		"comma":                  {line(`"id":"x",`), "not JSON"},
		"not UTF-8":              {line("\"id\":\"\xff\""), "UTF-8"},
		"half a pair":            {line(`"id":"\ud800"`), "valid"},
		"unknown key":            {line(`"strenght":1`), `"strenght" is unknown: want aligned, box, edits, engine, face`},
		"key in another case":    {line(`"Face":1`), `"Face" is unknown`},
		"key twice":              {line(`"face":1,"face":2`), `"face" comes twice`},
		"no photo":               {`{` + smile + `}`, `"in" is missing`},
		"box of three":           {line(`"box":[1,2,3]`), "want x, y, width and height"},
		"box of fractions":       {line(`"box":[1,2,3.5,4]`), "want x, y, width and height"},
		"box is a text":          {line(`"box":"1,2,3,4"`), "want x, y, width and height"},
		"box of null":            {line(`"box":null`), "want x, y, width and height"},
		"box is empty":           {line(`"box":[1,2,0,4]`), "width is 0: want a whole number of pixels, from 1"},
		"box beyond the photo":   {line(`"box":[-1,2,3,4]`), "x is -1"},
		"empty photo":            {`{"in":" ",` + smile + `}`, "photo's file"},
		"photo is a number":      {`{"in":1,` + smile + `}`, "text in quotes, got 1"},
		"photo is stdin":         {`{"in":"-",` + smile + `}`, "name a file"},
		"no edit":                {`{"in":"a.jpg"}`, "has no edit"},
		"no target":              {`{"in":"a.jpg","source":"face"}`, `"target" is missing`},
		"strength alone":         {`{"in":"a.jpg","strength":1}`, `"source" is missing`},
		"both forms":             {line(`"edits":[{` + smile + `}]`), `put all into "edits"`},
		"no edits":               {list(`[]`), "want 1 to 256"},
		"edits null":             {list(`null`), "want a list"},
		"edits an object":        {list(`{` + smile + `}`), "want a list"},
		"edit a text":            {list(`["smile"]`), "edit 1: want an object"},
		"edit without target":    {list(`[{` + smile + `},{"source":"a"}]`), `edit 2: "target" is missing`},
		"edit with unknown key":  {list(`[{` + smile + `,"face":1}]`), `edit 1: key "face" is unknown`},
		"too many edits":         {list(`[{` + smile + `}` + strings.Repeat(`,{`+smile+`}`, 256) + `]`), "a list of 257"},
		"empty prompt":           {`{"in":"a.jpg","source":"face","target":" "}`, "prompt is empty"},
		"long prompt":            {`{"in":"a.jpg","source":"face","target":"` + strings.Repeat("a", 20000) + `"}`, "20000 bytes, want at most 16384"},
		"region unknown":         {line(`"region":"nose"`), `region "nose" is unknown: want one of hair, face`},
		"region a number":        {line(`"region":1`), `want regions such as "hair" or ["hair","mouth"], got 1`},
		"region no names":        {line(`"region":[]`), "no region is named"},
		"invert alone":           {line(`"invert":true`), `add "region"`},
		"invert a number":        {line(`"region":"hair","invert":1`), "want true or false, got 1"},
		"mask and region":        {line(`"region":"hair","mask":{"parts":[]}`), `keep "mask"`},
		"mask unknown part":      {line(`"mask":{"parts":[{"region":"nose"}]}`), `region "nose" is unknown`},
		"region beside edits":    {`{"in":"a.jpg","region":"hair","edits":[{` + smile + `}]}`, `put all into "edits"`},
		"strength a text":        {line(`"strength":"1"`), `number from -10 to 10, got "1"`},
		"strength null":          {line(`"strength":null`), "got null"},
		"strength huge":          {line(`"strength":1e300`), "got 1e300"},
		"strength infinite":      {line(`"strength":1e999`), "got 1e999"},
		"strength out of range":  {line(`"strength":10.5`), "got 10.5"},
		"strength NaN":           {line(`"strength":NaN`), "not JSON"},
		"threshold above":        {line(`"threshold":1.01`), "number from 0 to 1, or -1 for what suits the edits, got 1.01"},
		"threshold below":        {line(`"threshold":-1.5`), "got -1.5"},
		"threshold between":      {line(`"threshold":-0.5`), "got -0.5"},
		"face 0":                 {line(`"face":0`), "number of a face"},
		"face negative":          {line(`"face":-1`), "got -1"},
		"face fraction":          {line(`"face":1.5`), "got 1.5"},
		"face word":              {line(`"face":"left"`), `got "left"`},
		"face too large":         {line(`"face":99999999999999999999`), "got 9999"},
		"aligned a number":       {line(`"aligned":1`), "want true or false, got 1"},
		"aligned all":            {line(`"aligned":true,"face":"all"`), "choose one face"},
		"engine unknown":         {line(`"engine":"magic"`), `"gan" or "diffusion", got "magic"`},
		"engine a number":        {line(`"engine":1`), "got 1"},
		"steps few":              {line(`"engine":"diffusion","steps":9`), "whole number from 10 to 100, got 9"},
		"steps many":             {line(`"engine":"diffusion","steps":101`), "got 101"},
		"steps fraction":         {line(`"engine":"diffusion","steps":20.5`), "got 20.5"},
		"steps of the gan":       {line(`"steps":20`), `add "engine":"diffusion"`},
		"id empty":               {line(`"id":""`), "not empty"},
		"id negative":            {line(`"id":-1`), "got -1"},
		"id null":                {line(`"id":null`), "got null"},
		"id with a line end":     {line(`"id":"a\nb"`), "control characters"},
		"id long":                {line(`"id":"` + strings.Repeat("a", 513) + `"`), "513 bytes"},
		"out leaves":             {line(`"out":"../a.png"`), `got "../a.png"`},
		"out leaves, windows":    {line(`"out":"..\\a.png"`), "without folders"},
		"out absolute":           {line(`"out":"/tmp/a.png"`), "without folders"},
		"out on a drive":         {line(`"out":"C:a.png"`), "without folders"},
		"out in a folder":        {line(`"out":"a/b.png"`), "without folders"},
		"out is ..":              {line(`"out":".."`), "ends in .png"},
		"out is ...png":          {line(`"out":"...png"`), "before .png"},
		"out is .png":            {line(`"out":".png"`), "before .png"},
		"out is a jpeg":          {line(`"out":"a.jpg"`), "ends in .png"},
		"out is the journal":     {line(`"out":"results.jsonl"`), "ends in .png"},
		"out is a device":        {line(`"out":"con.png"`), "device"},
		"out empty":              {line(`"out":""`), "ends in .png"},
		"out with NUL":           {line(`"out":"a\u0000.png"`), "without folders"},
		"out long":               {line(`"out":"` + strings.Repeat("a", 252) + `.png"`), "256 bytes, want at most 255"},
		"line too long":          {line(`"id":"` + strings.Repeat(" ", MaxLine) + `"`), "longer than 1048576 bytes"},
		"same id":                {line(`"id":"one"`), `id "one" is that of line 1`},
		"same output":            {line(`"out":"ONE.png"`), `output "ONE.png" is the same file as that of line 1`},
		"same as a line's":       {line(`"id":1,"out":"z.png"`) + "\n" + line(`"id":"1"`), "line 4"},
		"output of a default id": {line(`"out":"one.png"`), "of line 1"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := parse(`{"id":"one","in":"a.jpg",` + smile + "}\n# a comment\n" + c.line + "\n")
			if !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "line ") {
				t.Errorf("got %v, want %q", err, c.says)
			}
			if err != nil && len(err.Error()) > 500 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			if name != "same as a line's" && err != nil && !strings.HasPrefix(err.Error(), "bad plan, line 3: ") {
				t.Errorf("got %v, want line 3", err)
			}
		})
	}
}

func TestParseNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# nothing\n", "\ufeff"} {
		if _, err := parse(text); !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), "no edits") {
			t.Errorf("%q: %v", text, err)
		}
	}
	broken := errors.New("the disk is gone")
	_, err := Parse(io.MultiReader(strings.NewReader("{"), iotest.ErrReader(broken)), "")
	if !errors.Is(err, broken) || errors.Is(err, ErrPlan) {
		t.Errorf("got %v", err)
	}
}

func TestFingerprint(t *testing.T) {
	print := func(line string) string {
		t.Helper()
		p, err := parse(line)
		if err != nil {
			t.Fatal(err)
		}
		return p.Lines[0].Fingerprint()
	}
	base := print(`{"in":"a.jpg",` + smile + `}`)
	for _, same := range []string{
		`{` + smile + `,"in":"a.jpg"}`,
		`{"in":"a.jpg","edits":[{"strength":1.0,` + smile + `}]}`,
		`{"in":"a.jpg","threshold":-1,` + smile + `}`,
		`{"id":1,"in":"\u0061.jpg","out":"1.png","face":1,"aligned":false,"strength":1,"engine":"gan",` + smile + `}`,
	} {
		if print(same) != base {
			t.Errorf("%s has another fingerprint", same)
		}
	}
	for _, other := range []string{
		`{"in":"b.jpg",` + smile + `}`,
		`{"in":"./a.jpg",` + smile + `}`,
		`{"in":"a.jpg","strength":1.0000000000000002,` + smile + `}`,
		`{"in":"a.jpg","source":"Face","target":"smiling face"}`,
		`{"in":"a.jpg","edits":[{` + smile + `},{` + smile + `}]}`,
		`{"in":"a.jpg","threshold":0,` + smile + `}`,
		`{"in":"a.jpg","face":2,` + smile + `}`,
		`{"in":"a.jpg","face":"all",` + smile + `}`,
		`{"in":"a.jpg","aligned":true,` + smile + `}`,
		`{"in":"a.jpg","out":"2.png",` + smile + `}`,
		`{"in":"a.jpg","engine":"diffusion",` + smile + `}`,
		`{"id":"x","out":"1.png","in":"a.jpg",` + smile + `}`,
	} {
		if print(other) == base {
			t.Errorf("%s has the same fingerprint", other)
		}
	}
	// Journals written before there was a second renderer can still be resumed.
	if base != "620c239a92c5253c4c6c97aa49ae85107550204f5ea729613aab07890899bdbd" {
		t.Errorf("the fingerprint of a plain line has become %s", base)
	}
	if print(`{"in":"a.jpg","engine":"diffusion","steps":20,`+smile+`}`) == print(`{"in":"a.jpg","engine":"diffusion","steps":30,`+smile+`}`) {
		t.Error("the number of steps does not count")
	}
}

func TestSafeName(t *testing.T) {
	for id, want := range map[string]string{
		"smile 1":    "smile 1",
		"Zoë – 笑顔":   "Zoë – 笑顔",
		"a.b":        "a.b",
		"a/b":        "a_b-",
		`..\..\x`:    "_._.._x-",
		"..":         "_-",
		".hidden":    "_hidden-",
		"trailing. ": "trailing-",
		"CON":        "CON-",
		"nul.txt":    "nul.txt-",
		"com1":       "com1-",
		"e\u0301":    "\u00e9-", // another form of the same letter
		"a\u202eb":   "a_b-",    // turns the text around
	} {
		got := SafeName(id)
		if strings.HasSuffix(want, "-") {
			if !strings.HasPrefix(got, want) || len(got) != len(want)+8 {
				t.Errorf("%q became %q, want %q and 8 digits", id, got, want)
			}
		} else if got != want {
			t.Errorf("%q became %q, want %q", id, got, want)
		}
	}
	long := SafeName(strings.Repeat("笑", 170))
	if len(long) > maxName-len(".png") || long == SafeName(strings.Repeat("笑", 169)) {
		t.Errorf("a long id became %d bytes", len(long))
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"in":"a.jpg",` + smile + `}`)
	f.Add("\ufeff# c\n\n{\"id\":\"笑顔\",\"in\":\"../b.jpg\",\"edits\":[{" + smile + `,"strength":-1.5}],"face":"all","threshold":0.1}` + "\n")
	f.Add(`{"id":7,"in":"c.jpg","aligned":true,"face":2,"out":"x.png",` + smile + `}` + "\n" + `{"in":"c.jpg",` + smile + `}`)
	f.Add(`{"id":"../..\\con","in":"c.jpg",` + smile + `}`)
	f.Add(`{"in":"a.jpg","in":"b.jpg"}`)
	f.Add(`{"out":"..\u002f.png"}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parse(text)
		if err != nil {
			if len(err.Error()) > 4096 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			return
		}
		ids, outs := map[string]bool{}, map[string]bool{}
		for _, l := range p.Lines {
			if l.ID == "" || ids[l.ID] || outs[l.Out] {
				t.Errorf("line %d: id %q, output %q: empty or twice", l.Number, l.ID, l.Out)
			}
			ids[l.ID], outs[l.Out] = true, true
			if !filepath.IsLocal(l.Out) || l.Out != filepath.Base(l.Out) || strings.ContainsAny(l.Out, `/\:`) ||
				len(l.Out) > maxName || !strings.EqualFold(filepath.Ext(l.Out), ".png") {
				t.Errorf("line %d: output %q", l.Number, l.Out)
			}
			for _, e := range l.Edits {
				if !(e.Strength >= -engine.MaxStrength && e.Strength <= engine.MaxStrength) || e.Source == "" || e.Target == "" {
					t.Errorf("line %d: edit %+v", l.Number, e)
				}
			}
			if l.Path == "" || len(l.Edits) == 0 || l.Face < engine.AllFaces || !(l.Threshold <= 1) || len(l.Fingerprint()) != 64 {
				t.Errorf("line %+v", l)
			}
		}
		// What one line means does not depend on how it is written down.
		for _, l := range p.Lines {
			again, err := parse(rewritten(l))
			if err != nil || again.Lines[0].Fingerprint() != l.Fingerprint() {
				t.Errorf("line %+v, written again: %v", l, err)
			}
		}
	})
}

// rewritten writes a line out with every key.
func rewritten(l Line) string {
	var edits []string
	for _, e := range l.Edits {
		edits = append(edits, fmt.Sprintf(`{"source":%s,"target":%s,"strength":%v}`, quote(e.Source), quote(e.Target), e.Strength))
	}
	more := ""
	if l.Threshold >= 0 {
		more = fmt.Sprintf(`,"threshold":%v`, l.Threshold)
	}
	if l.Renderer == engine.Diffusion {
		more += `,"engine":"diffusion"`
	}
	if l.Steps > 0 {
		more += fmt.Sprintf(`,"steps":%d`, l.Steps)
	}
	face := fmt.Sprint(l.Face + 1)
	if l.Face == engine.AllFaces {
		face = `"all"`
	}
	return fmt.Sprintf(`{"id":%s,"in":%s,"out":%s,"edits":[%s],"face":%s,"aligned":%t%s}`,
		quote(l.ID), quote(l.In), quote(l.Out), strings.Join(edits, ","), face, l.Aligned, more)
}
