package photo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"deltaedit/engine/photo/phototest"
)

func TestEncodeRoundTrip(t *testing.T) {
	img := sample(40, 30)
	img.SetNRGBA(3, 3, color.NRGBA{200, 100, 50, 7})
	img.SetNRGBA(4, 4, color.NRGBA{200, 100, 50, 0})
	texts := map[string]string{
		"deltaedit:recipe": `{"edits":[{"source":"face","target":"smiling face"}]}`,
		"Comment":          "Grüße, 世界 🙂\nzweite Zeile",
		"Empty":            "",
	}
	meta := Metadata{Text: texts, ICC: phototest.DisplayP3()}
	var b bytes.Buffer
	if err := EncodePNG(&b, img, meta); err != nil {
		t.Fatal(err)
	}
	kinds := checkChunks(t, b.Bytes())
	if want := []string{"IHDR", "iCCP", "iTXt", "iTXt", "tEXt", "tEXt", "IDAT"}; !slices.Equal(kinds[:len(want)], want) {
		t.Errorf("chunks %v, want %v first", kinds, want)
	}
	back, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back.(*image.NRGBA).Pix, img.Pix) {
		t.Error("pixels or alpha changed")
	}
	got, err := ReadText(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range texts {
		if got[k] != v {
			t.Errorf("text %q is %q, want %q", k, got[k], v)
		}
	}
	if len(got) != len(texts)+1 {
		t.Errorf("%d texts, want %d and the XMP packet", len(got), len(texts))
	}
	p, err := Decode(bytes.NewReader(b.Bytes()), "x")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(p.ICC, meta.ICC) {
		t.Error("colour profile changed")
	}
}

func TestXMP(t *testing.T) {
	for _, tt := range []struct{ kind, want string }{
		{"", "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"},
		{TrainedMedia, "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"},
		{`a"<&>b`, `a"<&>b`},
	} {
		var b bytes.Buffer
		if err := EncodePNG(&b, sample(2, 2), Metadata{SourceType: tt.kind}); err != nil {
			t.Fatal(err)
		}
		texts, err := ReadText(&b)
		if err != nil {
			t.Fatal(err)
		}
		if got := digitalSourceType(t, texts[XMPKeyword]); got != tt.want {
			t.Errorf("DigitalSourceType %q, want %q", got, tt.want)
		}
	}
}

// digitalSourceType reads the property as an XML parser sees it.
func digitalSourceType(t *testing.T, packet string) string {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(packet)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return ""
		}
		if err != nil {
			t.Fatalf("XMP is no XML: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok || e.Name.Space != "http://www.w3.org/1999/02/22-rdf-syntax-ns#" || e.Name.Local != "Description" {
			continue
		}
		for _, a := range e.Attr {
			if a.Name.Space == "http://iptc.org/std/Iptc4xmpExt/2008-02-29/" && a.Name.Local == "DigitalSourceType" {
				return a.Value
			}
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	source := filepath.Join(t.TempDir(), "secret folder", "me.jpg")
	for name, meta := range map[string]Metadata{
		"empty keyword":    {Text: map[string]string{"": "x"}},
		"long keyword":     {Text: map[string]string{strings.Repeat("k", 80): "x"}},
		"keyword with NUL": {Text: map[string]string{"a\x00b": "x"}},
		"leading space":    {Text: map[string]string{" a": "x"}},
		"trailing space":   {Text: map[string]string{"a ": "x"}},
		"not Latin-1":      {Text: map[string]string{"ключ": "x"}},
		"XMP's keyword":    {Text: map[string]string{XMPKeyword: "x"}},
		"NUL in text":      {Text: map[string]string{"a": "x\x00y"}},
		"bad UTF-8":        {Text: map[string]string{"a": "\xff"}},
		"local path":       {Source: source, Text: map[string]string{"a": "made from " + source}},
	} {
		var b bytes.Buffer
		if err := EncodePNG(&b, sample(2, 2), meta); !errors.Is(err, ErrMetadata) {
			t.Errorf("%s: %v", name, err)
		}
		if b.Len() != 0 {
			t.Errorf("%s: %d bytes written", name, b.Len())
		}
	}
	if err := EncodePNG(io.Discard, image.NewNRGBA(image.Rectangle{}), Metadata{}); err == nil {
		t.Error("an empty picture was accepted")
	}
	ok := Metadata{Source: "/me.jpg", Text: map[string]string{"a": "1/2"}}
	if err := EncodePNG(io.Discard, sample(2, 2), ok); err != nil {
		t.Errorf("a source in the root folder: %v", err)
	}
}

func TestGrayProfileIsNotWritten(t *testing.T) {
	var b bytes.Buffer
	if err := EncodePNG(&b, sample(2, 2), Metadata{ICC: profileOf("GRAY", 600)}); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(checkChunks(t, b.Bytes()), "iCCP") {
		t.Error("a gray profile was written into an RGB file")
	}
}

type failing struct{ after int }

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestEncodeReportsWriteErrors(t *testing.T) {
	for _, after := range []int{0, 20, 100, 1000} {
		img := sample(200, 200)
		for i := range img.Pix {
			img.Pix[i] = byte(i * i * 2654435761 >> 7)
		}
		if err := EncodePNG(&failing{after}, img, Metadata{}); err == nil {
			t.Errorf("no error after %d bytes", after)
		}
	}
}

// names lists a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range es {
		out = append(out, e.Name())
	}
	return out
}

func TestWritePNG(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.png")
	for _, img := range []*image.NRGBA{sample(6, 5), sample(7, 3)} { // the second replaces
		if err := WritePNG(path, img, Metadata{}); err != nil {
			t.Fatal(err)
		}
		p, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(p.Image.Pix, img.Pix) {
			t.Error("pixels changed")
		}
	}
	if got := names(t, dir); !slices.Equal(got, []string{"out.png"}) {
		t.Errorf("folder holds %v", got)
	}
}

func TestWritePNGNeverReplacesTheSource(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "me.png")
	data := encoded(t, sample(4, 4), "png")
	if err := os.WriteFile(source, data, 0o600); err != nil {
		t.Fatal(err)
	}
	hard, soft, folder := filepath.Join(dir, "hard.png"), filepath.Join(dir, "soft.png"), filepath.Join(dir, "folder")
	if err := errors.Join(os.Link(source, hard), os.Symlink(source, soft), os.Symlink(dir, folder)); err != nil {
		t.Fatal(err)
	}
	before := names(t, dir)
	for _, path := range []string{
		source, hard, soft, filepath.Join(folder, "me.png"),
		folder + "/../" + filepath.Base(dir) + "/me.png", dir + "//me.png",
	} {
		err := WritePNG(path, sample(9, 9), Metadata{Source: source})
		if !errors.Is(err, ErrWouldOverwriteSource) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if got, _ := os.ReadFile(source); !bytes.Equal(got, data) {
		t.Error("the source changed")
	}
	if after := names(t, dir); !slices.Equal(before, after) {
		t.Errorf("folder holds %v, before %v", after, before)
	}
	if err := os.Remove(source); err != nil {
		t.Fatal(err)
	}
	if err := WritePNG(source, sample(2, 2), Metadata{Source: source}); !errors.Is(err, ErrWouldOverwriteSource) {
		t.Errorf("source that was moved away: %v", err)
	}
}

func TestWritePNGReplacesALinkNotItsTarget(t *testing.T) {
	dir := t.TempDir()
	other, link := filepath.Join(dir, "other.png"), filepath.Join(dir, "link.png")
	if err := errors.Join(os.WriteFile(other, []byte("precious"), 0o600), os.Symlink(other, link)); err != nil {
		t.Fatal(err)
	}
	if err := WritePNG(link, sample(2, 2), Metadata{}); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(other); string(got) != "precious" {
		t.Error("the link was followed")
	}
}

func TestWritePNGFailuresLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.png")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := Metadata{Text: map[string]string{"": "x"}}
	if err := WritePNG(path, sample(2, 2), bad); !errors.Is(err, ErrMetadata) {
		t.Errorf("bad metadata: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Error("the old file is gone")
	}
	if err := WritePNG(dir, sample(2, 2), Metadata{}); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder as output: %v", err)
	}
	missing := filepath.Join(dir, "none", "out.png")
	if err := WritePNG(missing, sample(2, 2), Metadata{}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("missing folder: %v", err)
	}
	notDir := filepath.Join(path, "out.png")
	if err := WritePNG(notDir, sample(2, 2), Metadata{}); err == nil {
		t.Error("a file as folder was accepted")
	}
	if got := names(t, dir); !slices.Equal(got, []string{"out.png"}) {
		t.Errorf("folder holds %v", got)
	}
}

// What a killed program left half written goes with a later export, when surely
// nobody writes it any more.
func TestWritePNGSweeps(t *testing.T) {
	dir := t.TempDir()
	old, fresh := filepath.Join(dir, tempPrefix+"1-0.tmp"), filepath.Join(dir, tempPrefix+"2-0.tmp")
	for _, path := range []string{old, fresh} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().Add(-2 * staleAge)
	if err := os.Chtimes(old, before, before); err != nil {
		t.Fatal(err)
	}
	if err := WritePNG(filepath.Join(dir, "out.png"), sample(2, 2), Metadata{}); err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{filepath.Base(fresh), "out.png"}) {
		t.Errorf("folder holds %v", got)
	}
}

func TestPlainly(t *testing.T) {
	for _, c := range []struct {
		err  error
		says string
	}{{syscall.ENOSPC, "full"}, {syscall.EROFS, "can only be read"}, {syscall.EACCES, "cannot be written to"}} {
		err := ExplainWrite(&os.PathError{Op: "write", Path: "x", Err: c.err}, "some folder")
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "some folder") {
			t.Errorf("%v becomes %q", c.err, err)
		}
	}
}

func TestWritePNGToReadOnlyFolder(t *testing.T) {
	err := ExplainWrite(&os.PathError{Op: "open", Path: "x", Err: os.ErrPermission}, "some folder")
	if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), "cannot be written to") {
		t.Errorf("got %v", err)
	}
	if os.Geteuid() == 0 {
		return // permissions do not bind root; the wording is checked above
	}
	dir := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if err := WritePNG(filepath.Join(dir, "o.png"), sample(2, 2), Metadata{}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v", err)
	}
}
