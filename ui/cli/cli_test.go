package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"deltaedit/engine"
	"deltaedit/engine/face"
	"deltaedit/engine/mask"
	"deltaedit/engine/photo"
	"deltaedit/engine/prompt"
	"deltaedit/ui/cli/bench"
	"deltaedit/ui/cli/progress"
)

func TestWrongUsage(t *testing.T) {
	in := photoFile(t)
	out := filepath.Join(t.TempDir(), "o.png")
	edit := func(more ...string) []string {
		return append([]string{"edit", "--out", out, in}, more...)
	}
	pair := []string{"--source", "face", "--target", "smiling face"}
	good := func(more ...string) []string { return append(edit(pair...), more...) }
	cases := map[string]struct {
		args []string
		says string
	}{
		"unknown flag":            {good("--strenght", "1"), "strenght"},
		"unknown shorthand":       {good("-z"), "-z"},
		"flag without value":      {good("--threshold"), "threshold"},
		"no prompts":              {edit(), "--source"},
		"no target":               {edit("--source", "face"), "1 --source and 0 --target"},
		"more targets":            {good("--target", "old face"), "1 --source and 2 --target"},
		"more strengths":          {good("--strength", "1", "--strength", "2"), "2 --strength for 1 edits"},
		"strength is a word":      {good("--strength", "strong"), "strong"},
		"strength is empty":       {good("--strength", ""), "number"},
		"strength is NaN":         {good("--strength", "NaN"), "number"},
		"strength is infinite":    {good("--strength", "-Inf"), "number"},
		"strength is huge":        {good("--strength", "1e300"), "-10 to 10"},
		"strength above 10":       {good("--strength", "10.01"), "-10 to 10"},
		"strength below -10":      {good("--strength", "-10.01"), "-10 to 10"},
		"strength is hexadecimal": {good("--strength", "0x1p1"), "number"},
		"strength is Hexadecimal": {good("--strength", "0X2"), "number"},
		"strength has a rule":     {good("--strength", "0x1_0p0"), "number"},
		"threshold hexadecimal":   {good("--threshold", "0x0p0"), "number"},
		"threshold almost -1":     {good("--threshold", "-0.99"), "0 to 1"},
		"threshold below -1":      {good("--threshold", "-2"), "0 to 1"},
		"truncation hexadecimal":  {[]string{"random", "--seed", "1", "--truncation", "0x1p0", "--out", out}, "number"},
		"seed is hexadecimal":     {[]string{"random", "--seed", "0x10", "--out", out}, "whole number"},
		"seed has a rule":         {[]string{"random", "--seed", "1_000", "--out", out}, "whole number"},
		"refine is hexadecimal":   {good("--refine", "0x10"), "whole number"},
		"steps are hexadecimal":   {good("--engine", "diffusion", "--steps", "0x10"), "whole number"},
		"runs are binary":         {[]string{"bench", "--runs", "0b11"}, "whole number"},
		"jobs are octal":          {[]string{"batch", "--plan", "p", "--out", "d", "--jobs", "0o4"}, "whole number"},
		"face is hexadecimal":     {good("--face", "0x1"), "from 1"},
		"json and out on stdout":  {append([]string{"edit", "--json", "--out", "-", in}, pair...), "--json"},
		"json and /dev/stdout":    {[]string{"invert", "--json", "--out", "/dev/stdout", in}, "--json"},
		"random json on stdout":   {[]string{"random", "--seed", "1", "--json", "--out", "-"}, "--json"},
		"strength is a list":      {good("--strength", "1,2"), "number"},
		"threshold above 1":       {good("--threshold", "1.01"), "0 to 1"},
		"threshold below 0":       {good("--threshold", "-0.1"), "0 to 1"},
		"region unknown":          {good("--region", "hair,nose"), `"nose" is unknown: want one of hair, face, skin`},
		"region empty":            {good("--region", ""), "want one of hair"},
		"more regions than edits": {good("--region", "hair", "--region", "skin"), "2 --region for 1 edits"},
		"engine unknown":          {good("--engine", "magic"), "magic"},
		"provider unknown":        {good("--provider", "abacus"), "abacus"},
		"face 0":                  {good("--face", "0"), "from 1"},
		"face -1":                 {good("--face", "-1"), "from 1"},
		"face is a word":          {good("--face", "left"), "left"},
		"aligned all":             {good("--aligned", "--face", "all"), "--face N"},
		"missing out":             {append([]string{"edit", in}, pair...), "--out"},
		"out is a GIF":            {append([]string{"edit", "--out", "o.gif", in}, pair...), ".webp"},
		"lossless JPEG":           {append([]string{"edit", "--out", "o.jpg", "--lossless", in}, pair...), "--lossless"},
		"lossless and quality":    {append([]string{"edit", "--out", "o.webp", "--lossless", "--quality", "80", in}, pair...), "--quality"},
		"quality of a PNG":        {append([]string{"edit", "--out", "o.png", "--quality", "80", in}, pair...), "--quality"},
		"no such quality":         {append([]string{"edit", "--out", "o.jpg", "--quality", "101", in}, pair...), "--quality 101"},
		"no such side":            {append([]string{"edit", "--out", "o.jpg", "--longest", "3", in}, pair...), "--longest 3"},
		"missing input":           {append([]string{"edit", "--out", out}, pair...), "IN"},
		"two inputs":              {good(in), "too many"},
		"box of three":            {[]string{"invert", "--box", "1,2,3", "--out", out, in}, "X,Y,W,H"},
		"box of words":            {[]string{"invert", "--box", "1,2,3,x", "--out", out, in}, "whole number"},
		"box without width":       {[]string{"invert", "--box", "1,2,0,3", "--out", out, in}, "width is 0"},
		"box beyond the photo":    {[]string{"invert", "--box=-1,2,30,30", "--out", out, in}, "x is -1"},
		"sheet has no box":        {[]string{"sheet", "--box", "1,2,30,30", "--out", out, in}, "--box"},
		"invert missing out":      {[]string{"invert", in}, "--out"},
		"invert negative refine":  {[]string{"invert", "--refine", "-1", "--out", out, in}, "refine"},
		"edit refine too often":   {good("--refine", "2001"), "0 to 2000"},
		"invert refine word":      {[]string{"invert", "--refine", "much", "--out", out, in}, "refine"},
		"edit steps of the gan":   {good("--steps", "20"), "--engine diffusion"},
		"edit few steps":          {good("--engine", "diffusion", "--steps", "9"), "10 to 100"},
		"invert many steps":       {[]string{"invert", "--engine", "diffusion", "--steps", "101", "--out", out, in}, "10 to 100"},
		"invert steps word":       {[]string{"invert", "--engine", "diffusion", "--steps", "few", "--out", out, in}, "steps"},
		"bench steps":             {[]string{"bench", "--steps", "5"}, "10 to 100"},
		"bench engine":            {[]string{"bench", "--engine", "fast"}, "gan, diffusion"},
		"random without seed":     {[]string{"random", "--out", out}, "--seed"},
		"random seed word":        {[]string{"random", "--seed", "x", "--out", out}, "seed"},
		"random seed fraction":    {[]string{"random", "--seed", "1.5", "--out", out}, "seed"},
		"random seed too large":   {[]string{"random", "--seed", "9223372036854775808", "--out", out}, "seed"},
		"random truncation":       {[]string{"random", "--seed", "1", "--truncation", "3", "--out", out}, "0 to 2"},
		"random without out":      {[]string{"random", "--seed", "1"}, "--out"},
		"random with an argument": {[]string{"random", "--seed", "1", "--out", out, "x"}, "too many"},
		"embed nothing":           {[]string{"embed"}, "--text and --image"},
		"embed both":              {[]string{"embed", "--text", "a", "--image", in}, "--text and --image"},
		"embed all faces":         {[]string{"embed", "--image", in, "--face", "all"}, "face"},
		"bench runs":              {[]string{"bench", "--runs", "0"}, "runs"},
		"bench two photos":        {[]string{"bench", in, in}, "too many"},
		"pack alone":              {[]string{"pack"}, "needs a command"},
		"pack unknown":            {[]string{"pack", "burn"}, "burn"},
		"pack add nothing":        {[]string{"pack", "add"}, "DIR"},
		"pack verify two":         {[]string{"pack", "verify", "a", "b"}, "too many"},
		"mistyped command":        {[]string{"edti"}, `"edti"`},
		"two photos":              {[]string{in, in}, "too many"},
		"window flag":             {[]string{"--loud"}, "loud"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			got := call(t, f, c.args...)
			if got.status != exitUsage || got.out != "" {
				t.Errorf("want status 2 and nothing on stdout\n%v", got)
			}
			if !strings.Contains(got.stderr, c.says) || !strings.Contains(got.stderr, "--help") {
				t.Errorf("want %q and a way to help on stderr\n%v", c.says, got)
			}
			if f.exported != nil || f.options != (engine.Options{}) {
				t.Error("work was begun")
			}
		})
	}
}

func TestBox(t *testing.T) {
	in := photoFile(t)
	box := image.Rect(1560, 700, 1600, 769)
	for _, c := range []struct {
		args []string
		face int
		says string
	}{
		{[]string{"--box", "1560,700,40,69"}, 1, "2"},
		{[]string{"--box", "1560,700,40,69", "--face", "1"}, 0, "1"},
		{[]string{"--face", "2", "--box", " 1560, 700, 40, 69"}, 1, "2"},
		{[]string{"--face", "all", "--box", "1560,700,40,69"}, engine.AllFaces, "all"},
	} {
		f := newFake()
		got := call(t, f, slices.Concat([]string{"edit", "--source", "face", "--target", "old face", "--json", "--out", "o.png", in}, c.args)...)
		var one struct {
			Face  string
			Faces []engine.FaceResult
		}
		if err := json.Unmarshal([]byte(got.out), &one); err != nil || got.status != exitOK {
			t.Fatalf("%q: %v\n%v", c.args, err, got)
		}
		if f.exported.Face != c.face || one.Face != c.says || len(one.Faces) != 2 || one.Faces[1].X != 1560 || one.Faces[1].Height != 69 ||
			!slices.Equal(f.source.Boxes, []image.Rectangle{box}) {
			t.Errorf("%q: face %d, boxes %v\n%v", c.args, f.exported.Face, f.source.Boxes, got)
		}
		f = newFake()
		if got := call(t, f, slices.Concat([]string{"invert", "--out", "o.png", in}, c.args)...); got.status != exitOK || f.inverted.Face != c.face {
			t.Errorf("invert %q: %v", c.args, got)
		}
	}
	for err, status := range map[error]int{face.ErrNoFaceInBox: exitFailed, face.ErrBox: exitUsage} {
		f := newFake()
		f.fail["open"] = fmt.Errorf("photo.jpg: %w 1,2,30,40: why", err)
		got := call(t, f, "invert", "--box", "1,2,30,40", "--out", "o.png", in)
		if got.status != status || !strings.Contains(got.stderr, err.Error()+" 1,2,30,40: why") {
			t.Errorf("%v: %v", err, got)
		}
	}
}

func TestOutIsTheInput(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "a.png")
	link := filepath.Join(dir, "b.png")
	if err := os.WriteFile(in, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(in, link); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "c.png")
	for _, c := range [][2]string{{in, in}, {in, dir + "/./a.png"}, {in, link}, {missing, missing}} {
		f := newFake()
		got := call(t, f, "edit", "--source", "face", "--target", "old face", "--out", c[1], c[0])
		if got.status != exitUsage || f.exported != nil || !strings.Contains(got.stderr, "the photo itself") {
			t.Errorf("from %s to %s: %v", c[0], c[1], got)
		}
	}
}

// Where nothing can be written no model is loaded first.
func TestOutIsCheckedFirst(t *testing.T) {
	dir := t.TempDir()
	for out, want := range map[string]string{
		filepath.Join(dir, "nowhere", "o.png"): "does not exist: create it",
		dir:                                    "choose another name",
	} {
		f := newFake()
		got := call(t, f, "edit", "--source", "face", "--target", "old face", "--out", out, photoFile(t))
		if got.status != exitFailed || f.source.Path != "" || !strings.Contains(got.stderr, want) {
			t.Errorf("to %s: %v, opened %q", out, got, f.source.Path)
		}
	}
}

func TestDiffusion(t *testing.T) {
	in := photoFile(t)
	edit := []string{"edit", "--engine", "diffusion", "--source", "a", "--target", "b", "--out", "o.png", in}
	invert := []string{"invert", "--engine", "diffusion", "--out", "o.png", in}
	for _, steps := range []int{0, 35} {
		f := newFake()
		var more []string
		want := 20 // the pack's
		if steps > 0 {
			more, want = []string{"--steps", strconv.Itoa(steps)}, steps
		}
		got := call(t, f, slices.Concat(edit, more, []string{"--json"})...)
		if got.status != exitOK {
			t.Fatal(got)
		}
		var one struct {
			Engine string
			Steps  int
		}
		decodeOne(t, got.out, &one)
		if one.Engine != "diffusion" || one.Steps != want || f.exported.Renderer != engine.Diffusion || f.exported.Steps != steps {
			t.Errorf("said %+v of the request %+v", one, f.exported)
		}
		if got := call(t, f, slices.Concat(invert, more)...); got.status != exitOK || f.inverted.Renderer != engine.Diffusion || f.inverted.Steps != steps {
			t.Errorf("request %+v\n%v", f.inverted, got)
		}
	}
	// A pack that has none says so.
	for _, args := range [][]string{edit, invert, {"bench", "--engine", "diffusion", "--runs", "1", in}} {
		f := newFake()
		f.noSteps, f.fail["diffuse"] = true, engine.ErrNoDiffusion
		if got := call(t, f, args...); got.status != exitFailed || !strings.Contains(got.stderr, "--engine gan") || f.exported != nil && args[0] == "edit" {
			t.Errorf("%q: %v", args, got)
		}
	}
	// Edits by the GAN have no steps.
	f := newFake()
	got := call(t, f, "edit", "--engine", "gan", "--source", "a", "--target", "b", "--json", "--out", "o.png", in)
	if got.status != exitOK || f.exported.Renderer != engine.GAN || strings.Contains(got.out, `"steps"`) {
		t.Error(got)
	}
}

func TestEditPassesEverythingOn(t *testing.T) {
	in := photoFile(t)
	f := newFake()
	got := call(
		t, f, "edit", "--source", "face", "--target", "smiling face, wide", "--strength", "-1",
		"--threshold", "0.1", "--provider", "CPU", "--pack", "other", "--face", "1", "--aligned",
		"--source", "face", "--target", "old face", "--strength=0.5",
		"--source", "man", "--target", "woman", "--out", "o.png", in,
	)
	if got.status != exitOK || got.out != "" {
		t.Fatal(got)
	}
	want := []engine.Edit{
		{Source: "face", Target: "smiling face, wide", Strength: -1},
		{Source: "face", Target: "old face", Strength: 0.5},
		{Source: "man", Target: "woman", Strength: 1},
	}
	r := f.exported
	if !slices.Equal(r.Edits, want) || r.Threshold != 0.1 || !r.Aligned || r.Face != 0 || f.out != "o.png" {
		t.Errorf("request %+v to %s", r, f.out)
	}
	if f.options != (engine.Options{Pack: "other", Provider: "cpu", Brief: true, Photo: in, KeepInversions: true}) || f.source.Path != in || !f.closed {
		t.Errorf("options %+v, source %+v, closed %t", f.options, f.source, f.closed)
	}
	if !strings.Contains(got.stderr, "o.png: 1024×1024 pixels, cpu") || !strings.Contains(got.stderr, "no GPU can be used") {
		t.Errorf("want the result and the notice in words\n%v", got)
	}
}

// Regions belong to edits in order; the help names them.
func TestEditPassesRegionsOn(t *testing.T) {
	f := newFake()
	got := call(
		t, f, "edit", "--source", "face", "--target", "red hair", "--region", "hair,-hat",
		"--source", "face", "--target", "old face", "--region", "all", "--region", "LIPS",
		"--source", "face", "--target", "smile", "--source", "face", "--target", "beard", "--out", "o.png", photoFile(t),
	)
	if got.status != exitOK {
		t.Fatal(got)
	}
	for i, names := range []string{"hair,-hat", "all", "mouth", "all"} {
		want, err := mask.ParseRegions(names)
		if err != nil || f.exported.Edits[i].Mask != want {
			t.Errorf("edit %d has the mask %+v, want %s, %v", i+1, f.exported.Edits[i].Mask, names, err)
		}
	}
	help := call(t, newFake(), "edit", "--help")
	for _, name := range mask.Names() {
		if !strings.Contains(help.out+help.stderr, name) {
			t.Errorf("the help does not name %s", name)
		}
	}
}

func TestEditDefaults(t *testing.T) {
	f := newFake()
	got := call(t, f, "edit", "--source", "face", "--target", "old face", "--face", "all", "--out", "o.png", "-")
	if got.status != exitOK {
		t.Fatal(got)
	}
	r := f.exported
	if r.Edits[0].Strength != 1 || r.Threshold >= 0 || r.Face != engine.AllFaces || r.Aligned || f.options.Provider != "auto" {
		t.Errorf("request %+v, options %+v", r, f.options)
	}
	if string(f.source.Data) != "stdin's bytes" || f.source.Path != "" {
		t.Errorf("source %+v, want standard input", f.source)
	}
	if strings.Contains(got.stderr, "no GPU can be used") {
		t.Errorf("a notice that nobody asked for: %s", got.stderr)
	}
}

func TestStripPrivate(t *testing.T) {
	in := photoFile(t)
	for _, strip := range []bool{false, true} {
		f := newFake()
		args := []string{"--out", "o.png", in}
		if strip {
			args = append(args, "--strip-private")
		}
		if got := call(t, f, append([]string{"edit", "--source", "face", "--target", "old face"}, args...)...); got.status != exitOK {
			t.Fatal(got)
		}
		if got := call(t, f, append([]string{"invert"}, args...)...); got.status != exitOK {
			t.Fatal(got)
		}
		if f.exported.StripPrivate != strip || f.inverted.StripPrivate != strip {
			t.Errorf("asked for %t: edit %t, invert %t", strip, f.exported.StripPrivate, f.inverted.StripPrivate)
		}
	}
	if got := call(t, newFake(), "random", "--seed", "1", "--strip-private", "--out", "o.png"); got.status != exitUsage {
		t.Errorf("a random face has no private data\n%v", got)
	}
}

// TestFileFlags: --quality, --lossless and --longest reach the export.
func TestFileFlags(t *testing.T) {
	s := newFake()
	out := filepath.Join(t.TempDir(), "o.jpg")
	got := call(t, s, "edit", "--source", "face", "--target", "old face", "--quality", "80", "--longest", "1600", "--out", out, photoFile(t))
	if got.status != exitOK || s.exported == nil {
		t.Fatal(got)
	}
	if want := (photo.Encoding{Quality: 80, Longest: 1600}); s.exported.File != want || s.out != out {
		t.Errorf("exported %+v to %s, want %+v", s.exported.File, s.out, want)
	}
	for flag, want := range map[string]photo.Encoding{"--quality=70": {Quality: 70}, "--lossless": {Lossless: true}} {
		s, out := newFake(), filepath.Join(t.TempDir(), "o.webp")
		got := call(t, s, "edit", "--source", "face", "--target", "old face", flag, "--out", out, photoFile(t))
		if got.status != exitOK || s.exported == nil || s.exported.File != want || s.out != out {
			t.Errorf("%s: %v, exported %+v", flag, got, s.exported)
		}
	}
}

func TestPhotoNotices(t *testing.T) {
	f := newFake()
	f.notices = []photo.Notice{photo.NoticeCMYK}
	args := []string{"edit", "--source", "face", "--target", "old face", "--out", "o.png", photoFile(t)}
	if got := call(t, f, args...); !strings.Contains(got.stderr, string(photo.NoticeCMYK)) {
		t.Errorf("no notice\n%v", got)
	}
	var one map[string]any
	decodeOne(t, call(t, f, append(args, "--json")...).out, &one)
	if n, ok := one["photo_notices"].([]any); !ok || len(n) != 1 || n[0] != string(photo.NoticeCMYK) {
		t.Errorf("photo_notices %v", one["photo_notices"])
	}
}

// TestDoubtfulFace: a face that is hard to edit is named, as a note and in the
// JSON object.
func TestDoubtfulFace(t *testing.T) {
	f := newFake()
	f.doubt = face.DoubtTurned
	got := call(t, f, "edit", "--json", "--source", "face", "--target", "old face", "--out", "o.png", photoFile(t))
	if got.status != exitOK || !strings.Contains(got.stderr, "note: face 1 is turned too far away from the camera: the edit may look wrong\n") {
		t.Errorf("got %+v", got)
	}
	var one struct {
		Faces []struct {
			Reliable bool
			Reason   string
		}
	}
	decodeOne(t, got.out, &one)
	if one.Faces[0].Reliable || one.Faces[0].Reason != "the face is turned too far away from the camera" {
		t.Errorf("got %+v", one.Faces)
	}
}

func TestEditJSON(t *testing.T) {
	f := newFake()
	f.unknown = true
	got := call(t, f, "edit", "--json", "--source", "face", "--target", "old face", "--strength", "2", "--out", "o.png", photoFile(t))
	if got.status != exitOK {
		t.Fatal(got)
	}
	var one struct {
		Out, Provider, Engine, Face string
		Faces                       []map[string]any
		Prompts                     []struct {
			Source, Target       string
			Confidence, Strength float64
			Known                bool
			Nearest              []struct {
				Name   string
				Cosine float64
			}
		}
		Threshold float64
		Timings   map[string]float64 `json:"timings_ms"`
		Size      [2]int
	}
	decodeOne(t, got.out, &one)
	if one.Provider != "cpu" || one.Engine != "gan" || one.Face != "1" || one.Size != [2]int{640, 480} || one.Threshold != 0.03 {
		t.Errorf("got %+v", one)
	}
	wantFace := map[string]any{"x": 10.0, "y": 20.0, "width": 100.0, "height": 120.0, "score": 0.9877, "reliable": true}
	if len(one.Faces) != 1 || !reflect.DeepEqual(one.Faces[0], wantFace) {
		t.Errorf("faces %v, want %v", one.Faces, wantFace)
	}
	if p := one.Prompts; len(p) != 1 || p[0].Confidence != 0.5 || p[0].Known || p[0].Strength != 2 ||
		p[0].Nearest[0].Name != "smiling" || p[0].Nearest[0].Cosine != 0.75 {
		t.Errorf("prompts %+v", p)
	}
	for _, name := range []string{"decode", "detect", "invert", "text", "delta", "synth_first", "synth_final", "paste", "encode", "total"} {
		if _, ok := one.Timings[name]; !ok {
			t.Errorf("timings_ms lacks %s", name)
		}
	}
	if one.Timings["decode"] != 2 || one.Timings["synth_final"] != 3 {
		t.Errorf("timings_ms %v, want decode 2 and synth_final 3", one.Timings)
	}
	if !strings.Contains(got.stderr, `does not know "zombie"`) || !strings.Contains(got.stderr, "weakened") {
		t.Errorf("nothing said of the unknown prompt: %s", got.stderr)
	}
}

// TestHowPromptsWereRead: what the encoder suggests and notes goes to standard error, a
// line each, and into the JSON object.
func TestHowPromptsWereRead(t *testing.T) {
	f := newFake()
	f.misspelt = true
	got := call(t, f, "edit", "--json", "--source", "face", "--target", "smilling face, 85mm, masterpiece", "--out", filepath.Join(t.TempDir(), "o.png"), photoFile(t))
	for _, want := range []string{
		"note: did you mean \"smiling face\"? \"smilling\" looks misspelt\n",
		"note: left out, since it is about the picture and not the face: \"85mm\" and \"masterpiece\"\n",
	} {
		if got.status != exitOK || !strings.Contains(got.stderr, want) {
			t.Errorf("want %q\n%v", want, got)
		}
	}
	var one struct {
		Prompts []struct {
			Suggestion prompt.Suggestion
			Notices    []prompt.Notice
		}
	}
	decodeOne(t, got.out, &one)
	if p := one.Prompts[0]; p.Suggestion.Target != "smiling face" || p.Suggestion.Words[0].Word != "smilling" ||
		len(p.Notices) != 1 || p.Notices[0].Kind != prompt.NoticeLeftOut || !slices.Equal(p.Notices[0].Words, []string{"85mm", "masterpiece"}) {
		t.Errorf("got %+v", p)
	}
	if f.exported.Edits[0].Target != "smilling face, 85mm, masterpiece" {
		t.Errorf("the prompt was changed to %q", f.exported.Edits[0].Target)
	}
}

// decodeOne checks that text is one JSON value and nothing else.
func decodeOne(t *testing.T, text string, v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(v); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		t.Fatalf("more than one JSON value on stdout: %q", text)
	}
}

func TestFailuresPrintNothingOnStdout(t *testing.T) {
	broken := errors.New("the disk is full")
	in := photoFile(t)
	edit := []string{"edit", "--json", "--source", "face", "--target", "old face", "--out", "o.png", in}
	cases := map[string][]string{
		"load": edit, "open": edit, "invert": edit, "directions": edit, "export": edit,
		"generate": {"random", "--seed", "1", "--json", "--out", "o.png"},
		"text":     {"embed", "--text", "a"}, "image": {"embed", "--image", in},
		"warm": {"bench", "--json"}, "draw": {"bench", "--runs", "1", "--json"},
	}
	for step, args := range cases {
		t.Run(step, func(t *testing.T) {
			f := newFake()
			f.fail[step] = broken
			got := call(t, f, args...)
			if got.status != exitFailed || got.out != "" || !strings.Contains(got.stderr, "the disk is full") {
				t.Error(got)
			}
			if step != "load" && !f.closed {
				t.Error("the models were not freed")
			}
		})
	}
}

func TestEmptyPrompts(t *testing.T) {
	for _, c := range [][2]string{{"", "old face"}, {"face", ""}, {"face", " \t\n"}} {
		f := newFake()
		got := call(t, f, "edit", "--source", c[0], "--target", c[1], "--out", "o.png", photoFile(t))
		if got.status != exitFailed || !strings.Contains(got.stderr, "prompt is empty") || f.exported != nil {
			t.Errorf("%q: %v", c, got)
		}
	}
}

func TestFaceOutOfRange(t *testing.T) {
	got := call(t, newFake(), "edit", "--source", "a", "--target", "b", "--face", "2", "--out", "o.png", photoFile(t))
	if got.status != exitFailed || !strings.Contains(got.stderr, "no such face") {
		t.Error(got)
	}
}

func TestInvert(t *testing.T) {
	f := newFake()
	got := call(t, f, "invert", "--refine", "0", "--aligned", "--json", "--out", "o.png", photoFile(t))
	var one map[string]any
	if got.status != exitOK {
		t.Fatal(got)
	}
	decodeOne(t, got.out, &one)
	if f.inverted == nil || !f.inverted.Aligned || len(f.inverted.Edits) != 0 || f.exported != nil {
		t.Errorf("inverted %+v, exported %+v", f.inverted, f.exported)
	}
	if p, ok := one["prompts"].([]any); !ok || len(p) != 0 {
		t.Errorf("prompts %v, want an empty list", one["prompts"])
	}
}

func TestRefine(t *testing.T) {
	in := photoFile(t)
	for _, args := range [][]string{
		{"invert", "--refine", "12", "--json", "--out", "o.png", in},
		{"edit", "--source", "face", "--target", "old face", "--refine", "12", "--json", "--out", "o.png", in},
	} {
		f := newFake()
		f.notice = "stopped early"
		got := call(t, f, args...)
		if got.status != exitOK || f.refineSteps != 12 || f.refined.Photo != photoID {
			t.Fatalf("%q: %d steps, %v", args, f.refineSteps, got)
		}
		var one struct {
			Refine *struct {
				Steps  int
				Before float64 `json:"loss_before"`
				After  float64 `json:"loss_after"`
				Faces  []engine.Refinement
			}
			Timings map[string]float64 `json:"timings_ms"`
		}
		decodeOne(t, got.out, &one)
		r := one.Refine
		if r == nil || r.Steps != 12 || r.Before != 0.2 || r.After != 0.002 || len(r.Faces) != 1 {
			t.Errorf("%q: refine is %+v", args, r)
		}
		if one.Timings["refine"] != 4 {
			t.Errorf("%q: timings %v", args, one.Timings)
		}
		for _, want := range []string{"note: face 1: stopped early", "12 steps", "0.0020", "0.2000"} {
			if !strings.Contains(got.stderr, want) {
				t.Errorf("%q: want %q on stderr: %v", args, want, got)
			}
		}
	}
	f := newFake()
	f.fail["refine"] = errors.New("this pack cannot refine")
	if got := call(t, f, "invert", "--refine", "1", "--out", "o.png", in); got.status != exitFailed || f.inverted != nil {
		t.Errorf("want a failure and no picture: %v", got)
	}
	f = newFake()
	got := call(t, f, "invert", "--json", "--out", "o.png", in)
	if f.refined != nil || strings.Contains(got.out, `"refine"`) {
		t.Errorf("refined without being asked: %v", got)
	}
}

func TestRandom(t *testing.T) {
	f := newFake()
	got := call(t, f, "random", "--seed", "-7", "--json", "--out", "o.png")
	if got.status != exitOK || f.seed != -7 || f.trunc != 0.7 {
		t.Fatalf("seed %d, truncation %g: %v", f.seed, f.trunc, got)
	}
	var one struct{ Seed *int64 }
	decodeOne(t, got.out, &one)
	if one.Seed == nil || *one.Seed != -7 {
		t.Errorf("seed %v", one.Seed)
	}
	if call(t, f, "random", "--seed", "0", "--truncation", "0.25", "--out", "o.png"); f.seed != 0 || f.trunc != 0.25 {
		t.Errorf("seed %d, truncation %g", f.seed, f.trunc)
	}
	if call(t, f, "random", "--seed", "010", "--out", "o.png"); f.seed != 10 {
		t.Errorf("010 is the seed %d, want 10", f.seed)
	}
}

// TestBoundsOfNumbers: the ends of a range belong to it, and a threshold of -1 is the
// default.
func TestBoundsOfNumbers(t *testing.T) {
	in := photoFile(t)
	for _, c := range []struct {
		flag, value         string
		strength, threshold float64
	}{
		{"--strength", "10", 10, -1},
		{"--strength", "-10", -10, -1},
		{"--strength", "+2.5e0", 2.5, -1},
		{"--threshold", "-1", 1, -1},
		{"--threshold", "-1.0", 1, -1},
		{"--threshold", "0", 1, 0},
		{"--threshold", "1", 1, 1},
	} {
		f := newFake()
		got := call(t, f, "edit", "--source", "face", "--target", "old face", c.flag, c.value, "--out", filepath.Join(t.TempDir(), "o.png"), in)
		if got.status != exitOK || f.exported.Edits[0].Strength != c.strength || f.exported.Threshold != c.threshold {
			t.Errorf("%s %s: %v, request %+v", c.flag, c.value, got, f.exported)
		}
	}
}

func TestEmbed(t *testing.T) {
	f := newFake()
	var v []float64
	got := call(t, f, "embed", "--text", "a smiling face")
	decodeOne(t, got.out, &v)
	if got.status != exitOK || !slices.Equal(v, []float64{0.6, -0.8}) || !slices.Equal(f.texts, []string{"a smiling face"}) {
		t.Error(got)
	}
	got = call(t, f, "embed", "--image", photoFile(t))
	decodeOne(t, got.out, &v)
	if got.status != exitOK || !slices.Equal(v, []float64{0.8, 0.6}) {
		t.Error(got)
	}
	if got := call(t, f, "embed", "--image", photoFile(t), "--face", "3"); got.status != exitFailed || got.out != "" {
		t.Error(got)
	}
}

func TestBench(t *testing.T) {
	const slides = 12 // positions of the slider that bench draws
	f := newFake()
	got := call(t, f, "bench", "--runs", "2", "--json")
	if got.status != exitOK {
		t.Fatal(got)
	}
	var one bench.Result
	decodeOne(t, got.out, &one)
	for _, name := range engine.TimingNames() {
		if _, ok := one.Timings[name]; !ok {
			t.Errorf("timings_ms lacks %s", name)
		}
	}
	if one.Timings["decode"] != 2 || one.Timings["synth_final"] != 3 || one.Runs != 2 || one.Provider != "cpu" {
		t.Errorf("got %+v", one)
	}
	if f.source.Data == nil || f.draws <= 2*(slides+1) {
		t.Errorf("source %s, %d frames; want a sample, and a drag beside %d", f.source.Name, f.draws, 2*(slides+1))
	}
	if d := one.Drag; d.Frames == 0 || !(d.FPS > 0) || !(d.First > 0) || d.Moves < d.Frames || !(d.Gap > 0) {
		t.Errorf("drag %+v", d)
	}
	if one.P95["decode"] != 2 {
		t.Errorf("p95 %v", one.P95)
	}
	for name, want := range map[string]float64{
		"diffusion_encode": 70, "diffusion_reconstruct": 60, "diffusion_decode": 50, "diffusion_step": 5, "diffusion_first": 6,
	} {
		if one.Timings[name] != want {
			t.Errorf("%s is %v ms, want %v", name, one.Timings[name], want)
		}
	}
	if one.Steps != 20 || len(f.diffused) != 3 || f.diffused[0].Edits[0].Strength == f.diffused[1].Edits[0].Strength {
		t.Errorf("%d steps, requests %+v", one.Steps, f.diffused)
	}
	// A pack without the diffusion, and who does not ask for it.
	f.noSteps = true
	for _, engine := range [][]string{nil, {"--engine", "gan"}} {
		if got := call(t, f, append([]string{"bench", "--runs", "1", "--json"}, engine...)...); got.status != exitOK || strings.Contains(got.out, "diffusion") {
			t.Errorf("%q: %v", engine, got)
		}
		f.noSteps = false
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "deltaedit-bench-*"))
	if err != nil || slices.Contains(left, filepath.Dir(f.out)) {
		t.Errorf("left behind: %v, %v", left, err)
	}
	table := call(t, f, "bench", "--runs", "1", photoFile(t))
	if table.status != exitOK || !strings.Contains(table.out, "synth_first") || !strings.Contains(table.out, "diffusion_first") || !strings.Contains(table.out, "slider_preview") {
		t.Error(table)
	}
}

func TestCancelled(t *testing.T) {
	f := newFake()
	f.slow = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	p := Program{Stdout: &out, Stderr: &errs, Load: func(context.Context, engine.Options, engine.ProgressFunc) (Studio, error) {
		time.AfterFunc(20*time.Millisecond, cancel) // Ctrl-C
		return f, nil
	}}
	status := p.Run(ctx, []string{"edit", "--source", "a", "--target", "b", "--json", "--out", "o.png", photoFile(t)})
	if status != exitFailed || out.Len() != 0 || !strings.Contains(errs.String(), "cancelled") || !f.closed || f.exported != nil {
		t.Errorf("status %d, stdout %q, stderr %q, closed %t", status, &out, &errs, f.closed)
	}
}

func TestWindow(t *testing.T) {
	in := photoFile(t)
	var opened []Window
	var errs bytes.Buffer
	p := Program{Stderr: &errs, Stdout: io.Discard, Window: func(w Window) error {
		opened = append(opened, w)
		if w.Pack == "broken" {
			return face.ErrNoFace
		}
		return nil
	}}
	for _, c := range []struct {
		args   []string
		status int
		want   Window
	}{
		{nil, exitOK, Window{}},
		{[]string{in}, exitOK, Window{Photo: in}},
		{[]string{"--provider", "auto"}, exitOK, Window{Provider: "auto"}},
		{[]string{"--provider", "cpu", "--pack", "p", in}, exitOK, Window{Photo: in, Provider: "cpu", Pack: "p"}},
		{[]string{"--pack", "broken"}, exitFailed, Window{Pack: "broken"}},
	} {
		opened = nil
		if got := p.Run(t.Context(), c.args); got != c.status || len(opened) != 1 || opened[0] != c.want {
			t.Errorf("%q: status %d, opened %+v; %s", c.args, got, opened, &errs)
		}
	}
	errs.Reset()
	if got := p.Run(t.Context(), []string{"edti"}); got != exitUsage || !strings.Contains(errs.String(), `did you mean "edit"`) {
		t.Errorf("status %d, %s", got, &errs)
	}
	if got := Run(nil, nil, io.Discard, &errs); got != exitFailed {
		t.Errorf("without a window: status %d, want 1", got)
	}
}

func TestHelpAndVersion(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"help", "edit"}, {"edit", "--help"}, {"pack", "--help"}, {"--version"}} {
		got := call(t, newFake(), args...)
		if got.status != exitOK || got.out == "" || got.stderr != "" {
			t.Errorf("%q: %v", args, got)
		}
	}
	if got := call(t, newFake(), "edit", "--help"); !strings.Contains(got.out, "1 is the largest") {
		t.Errorf("help does not say how faces are counted: %s", got.out)
	}
}

func TestProgressIsSilentAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		args := []string{"random", "--seed", "1", "--json", "--out", "o.png"}
		if got := call(t, f, args...); got.stderr != "" {
			t.Errorf("a quick command said %q", got.stderr)
		}
		f.slow = progress.Silence + 200*time.Millisecond
		got := call(t, f, "edit", "--source", "a", "--target", "b", "--json", "--out", "o.png", photoFile(t))
		if !strings.Contains(got.stderr, "Finding faces …\n") || strings.Contains(got.stderr, "Loading") {
			t.Errorf("a slow command said %q, want the task that lasts", got.stderr)
		}
	})
}
