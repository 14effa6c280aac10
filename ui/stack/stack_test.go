package stack

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"deltaedit/engine"
)

// letters returns a stack whose rows' targets are letters, with one in hand.
func letters(t *testing.T, targets string, hand rune) Stack {
	t.Helper()
	var rows []Row
	for _, c := range targets {
		r := NewRow()
		r.Target = string(c)
		rows = append(rows, r)
	}
	s, err := Of(rows, strings.IndexRune(targets, hand))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// spell returns the targets, with the row in hand in capitals.
func spell(s Stack) string {
	var out strings.Builder
	for i, r := range s.Rows() {
		if i == s.Hand() {
			out.WriteString(strings.ToUpper(r.Target))
		} else {
			out.WriteString(r.Target)
		}
	}
	return out.String()
}

func TestChanges(t *testing.T) {
	x := NewRow()
	x.Target = "x"
	for name, c := range map[string]struct {
		do   func(Stack) Stack
		want string // from abcD
	}{
		"take":                 {func(s Stack) Stack { return s.Take(1) }, "aBcd"},
		"take what is missing": {func(s Stack) Stack { return s.Take(4).Take(-1) }, "abcD"},
		"add":                  {func(s Stack) Stack { return s.Take(1).Add(x) }, "abXcd"},
		"duplicate":            {func(s Stack) Stack { return s.Duplicate() }, "abcdD"},
		"delete in hand, last": {func(s Stack) Stack { return s.Delete(3) }, "abC"},
		"delete in hand":       {func(s Stack) Stack { return s.Take(1).Delete(1) }, "aCd"},
		"delete before":        {func(s Stack) Stack { return s.Take(2).Delete(0) }, "bCd"},
		"delete before last":   {func(s Stack) Stack { return s.Delete(0) }, "bcD"},
		"delete behind":        {func(s Stack) Stack { return s.Take(1).Delete(2) }, "aBd"},
		"delete first in hand": {func(s Stack) Stack { return s.Take(0).Delete(0) }, "Bcd"},
		"delete missing":       {func(s Stack) Stack { return s.Delete(4).Delete(-1) }, "abcD"},
		"move up in hand":      {func(s Stack) Stack { return s.Move(3, 0) }, "Dabc"},
		"move down in hand":    {func(s Stack) Stack { return s.Take(0).Move(0, 2) }, "bcAd"},
		"move over it up":      {func(s Stack) Stack { return s.Take(1).Move(3, 0) }, "daBc"},
		"move over it down":    {func(s Stack) Stack { return s.Take(1).Move(0, 3) }, "Bcda"},
		"move beside it":       {func(s Stack) Stack { return s.Take(0).Move(2, 1) }, "Acbd"},
		"move out":             {func(s Stack) Stack { return s.Move(0, 4).Move(-1, 0) }, "abcD"},
		"put":                  {func(s Stack) Stack { return s.Put(x) }, "abcdX"},
		"set":                  {func(s Stack) Stack { return s.Set(x) }, "abcX"},
	} {
		s := letters(t, "abcd", 'd')
		if got := spell(c.do(s)); got != c.want {
			t.Errorf("%s: want %s, got %s", name, c.want, got)
		}
		if got := spell(s); got != "abcD" {
			t.Errorf("%s changed the stack that it was called on: %s", name, got)
		}
	}
}

func TestTheOnlyRow(t *testing.T) {
	for _, s := range []Stack{{}, New()} {
		if s.Len() != 1 || !s.Blank() || s.Edits() != nil || s.InHand() != NewRow() || !s.Equal(New()) {
			t.Errorf("%+v is not a blank row", s)
		}
		x := NewRow()
		x.Target = "x"
		if got := s.Put(x); spell(got) != "X" {
			t.Errorf("a blank row was not filled: %s", spell(got))
		}
		if got := s.Put(x).Delete(0); !got.Equal(New()) {
			t.Errorf("deleting the only row left %+v", got)
		}
	}
	full := New()
	for range 2 * MaxRows {
		full = full.Duplicate()
	}
	if full.Len() != MaxRows || !full.Full() {
		t.Errorf("a stack grew to %d rows", full.Len())
	}
}

func TestEdits(t *testing.T) {
	rows := []Row{
		{Source: " face ", Target: "old face", Strength: 0.5, Threshold: 0},
		{Source: "", Target: " smiling face", Strength: -1, Threshold: OwnThreshold},
		{Source: "face", Target: "face", Strength: 1, Threshold: OwnThreshold},
		{Source: "man", Target: "bald man", Strength: 1, Threshold: OwnThreshold, Off: true},
	}
	s, err := Of(rows, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := []engine.Edit{
		{Source: "face", Target: "old face", Strength: 0.5, HasThreshold: true},
		{Source: "face", Target: "smiling face", Strength: -1},
	}
	if got := s.Edits(); !slices.Equal(got, want) {
		t.Errorf("want %+v, got %+v", want, got)
	}
	if got := s.Toggle(3).Edits(); len(got) != 3 || got[2].Target != "bald man" {
		t.Errorf("switched on: %+v", got)
	}
	if !s.SameChanges(s.Take(0).Add(NewRow()).Delete(3)) || s.SameChanges(s.Toggle(0)) || s.SameChanges(s.Move(0, 1)) {
		t.Error("rows that ask for nothing count as changes, or others do not")
	}
	if s.Find("face", "smiling face") != 1 || s.Find("face", "x") != -1 {
		t.Error("rows are not found by their prompts")
	}
}

func TestJSON(t *testing.T) {
	s := letters(t, "abc", 'b').Toggle(0)
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var got Stack
	if err := json.Unmarshal(data, &got); err != nil || !got.Equal(s) {
		t.Errorf("%s became %+v, %v", data, got, err)
	}
	for _, bad := range []string{
		`{}`, `{"rows":[]}`, `[]`, `{"rows":[{}],"hand":1}`, `{"rows":[{}],"hand":-1}`,
		`{"rows":[{"strength":11}]}`, `{"rows":[{"threshold":-2}]}`,
		`{"rows":[` + strings.Repeat(`{},`, MaxRows) + `{}]}`,
		`{"rows":[{"target":"` + strings.Repeat("a", MaxPrompt+1) + `"}]}`,
	} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%.60s was read", bad)
		}
	}
	nan := NewRow()
	nan.Strength = math.NaN()
	if _, err := Of([]Row{nan}, 0); err == nil {
		t.Error("a strength that is no number was accepted")
	}
}
