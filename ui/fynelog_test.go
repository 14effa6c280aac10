package ui

import (
	"bytes"
	"testing"

	"deltaedit/ui/comparison"
	"deltaedit/ui/shaded"
)

func TestFynesLog(t *testing.T) {
	var out bytes.Buffer
	refused := 0
	l := &fyneLog{out: &out, refused: func() { refused++ }}
	for _, line := range []string{
		"1 Fyne error:  failed to watch theme settings\n", "1   Cause: no bus\n", "1   At: app_xdg.go:152\n",
		"2 Fyne error:  another\n", "2   Cause: of its own\n", "2   At: x.go:1\n",
		"3 Fyne error:  Failed to compile shader somebody's\n",
	} {
		if n, err := l.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("%q: %d, %v", line, n, err)
		}
	}
	want := "2 Fyne error:  another\n2   Cause: of its own\n2   At: x.go:1\n3 Fyne error:  Failed to compile shader somebody's\n"
	if out.String() != want || refused != 0 {
		t.Errorf("it passes on %q, and %d shaders are refused", out.String(), refused)
	}
	if _, err := l.Write([]byte("4 Fyne error:  Failed to compile shader " + shaded.Name + " part before\n")); err != nil || refused != 1 {
		t.Errorf("%v, %d shaders are refused", err, refused)
	}
}

// TestPreferencesAreReadWhileTheyAreWritten: at the end that is no error; before, it is one.
func TestPreferencesAreReadWhileTheyAreWritten(t *testing.T) {
	var out bytes.Buffer
	l := &fyneLog{out: &out}
	write := func(n string) {
		for _, line := range []string{" Fyne error:  Preferences load error:\n", "   Cause: EOF\n", "   At: preferences.go:105\n"} {
			if _, err := l.Write([]byte(n + line)); err != nil {
				t.Error(err)
			}
		}
	}
	write("1")
	l.End()
	write("2")
	if want := "1 Fyne error:  Preferences load error:\n1   Cause: EOF\n1   At: preferences.go:105\n"; out.String() != want {
		t.Errorf("want %q, got %q", want, out.String())
	}
}

// TestWithoutShadersAnImageIsDrawn: the photo is drawn as an image when the driver has refused
// a shader.
func TestWithoutShadersAnImageIsDrawn(t *testing.T) {
	r := large(t)
	r.editor.viewport.usePainter(shadedPainter{shaded.New()})
	r.editor.compareBy(comparison.Split)
	r.settle()
	if n := visible(r.editor.viewport.painter); n == 0 {
		t.Fatal("the shaders show nothing")
	}
	r.editor.viewport.usePainter(newPlainPainter())
	if before, after := r.colours(); before == 0 || after == 0 {
		t.Errorf("the image shows %d pixels before and %d after the edit", before, after)
	}
	if n := visible(r.editor.viewport.painter); n != 1 {
		t.Errorf("%d objects show the image", n)
	}
	r.editor.viewport.Fit()
	r.editor.compareBy(comparison.After)
	r.settle()
	if n := visible(r.editor.viewport.painter); n != 0 {
		t.Errorf("%d objects draw what is given to the canvas as it is", n)
	}
}

func visible(p scenePainter) (n int) {
	for _, o := range p.objects() {
		if o.Visible() {
			n++
		}
	}
	return n
}
