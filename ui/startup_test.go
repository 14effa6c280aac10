package ui

import (
	"bytes"
	"errors"
	"log"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func TestCheckDisplay(t *testing.T) {
	for _, tc := range []struct {
		system string
		env    map[string]string
		ok     bool
	}{
		{"linux", nil, false},
		{"freebsd", nil, false},
		{"linux", map[string]string{"DISPLAY": ":0"}, true},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, true},
		{"windows", nil, true},
		{"darwin", nil, true},
	} {
		err := checkDisplay(tc.system, func(name string) string { return tc.env[name] })
		if (err == nil) != tc.ok || err != nil && !strings.Contains(err.Error(), "no display") {
			t.Errorf("%s with %v: %v", tc.system, tc.env, err)
		}
	}
}

// logged lets f log into the watched log of a start, and returns what it panicked with,
// what came out, and how the panic is explained.
func logged(t *testing.T, f func()) (panicked any, out string, explained error) {
	t.Helper()
	var b bytes.Buffer
	was := log.Writer()
	log.SetOutput(&b)
	defer log.SetOutput(was)
	l, end := watchStart()
	func() {
		defer func() {
			if panicked = recover(); panicked != nil {
				explained = l.explain(panicked)
			}
		}()
		f()
	}()
	end()
	return panicked, b.String(), explained
}

func TestNoOpenGLIsExplained(t *testing.T) {
	for _, what := range fatal {
		went := false
		_, out, err := logged(t, func() {
			log.Print("something else")
			fyne.LogError(what, errors.New("APIUnavailable: GLX: GLX extension not found"))
			went = true
		})
		if err == nil || went || !strings.Contains(err.Error(), "GLX extension not found") || !strings.Contains(err.Error(), "no OpenGL") {
			t.Errorf("%s: went on %t, explained as %v", what, went, err)
		}
		if strings.Count(out, "\n") != 1 || !strings.Contains(out, "something else") {
			t.Errorf("%s: logged %q", what, out)
		}
	}
}

func TestOtherErrorsAreLogged(t *testing.T) {
	panicked, out, _ := logged(t, func() {
		fyne.LogError("Settings load error:", errors.New("no such file"))
		log.Print("PlatformError: X11: a harmless one")
	})
	for _, want := range []string{"Settings load error", "no such file", "At:", "a harmless one"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in %q", want, out)
		}
	}
	if panicked != nil {
		t.Errorf("panicked with %v", panicked)
	}
	// A fault of this program is none of the window's library.
	for _, fault := range []any{"a text", errors.New("an error")} {
		if panicked, _, err := logged(t, func() { panic(fault) }); err != nil || panicked != fault {
			t.Errorf("%v is explained as %v", panicked, err)
		}
	}
}
