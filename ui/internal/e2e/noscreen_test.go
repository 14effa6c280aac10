package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNoWindowCanBeOpened: where there is no display, or one without OpenGL, the program
// says so in one plain line and exits 1; what its libraries say of it stays out.
func TestNoWindowCanBeOpened(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "deltaedit")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	home := []string{"HOME=" + t.TempDir()}
	// A server of its own, which offers no OpenGL. At a reset it would disturb how
	// xvfb-run cleans up.
	xvfb := []string{"xvfb-run", "-a", "-s", "-screen 0 640x480x24 -extension GLX -noreset"}
	for name, c := range map[string]struct {
		before []string // the command that runs it
		env    []string
		want   string
	}{
		"empty environment": {nil, nil, "there is no display"},
		"home alone":        {nil, home, "there is no display"},
		"unknown locale":    {nil, []string{"LC_ALL=xx_YY.UTF-8", "LANGUAGE=klingon:nonsense"}, "there is no display"},
		"no server":         {nil, append(home, "DISPLAY=:987"), "Failed to open display :987"},
		"Wayland alone":     {nil, append(home, "WAYLAND_DISPLAY=wayland-987", "XDG_RUNTIME_DIR="+t.TempDir()), "the window cannot be opened"},
		"no OpenGL":         {xvfb, append(home, "PATH="+os.Getenv("PATH"), "LANG=de_DE@euro"), "no OpenGL"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append(c.before, binary)
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Env = append([]string{}, c.env...)
			cmd.WaitDelay = 2 * time.Second
			timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
			out, err := cmd.CombinedOutput()
			timer.Stop()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("it ended with %v, want exit status 1", err)
			}
			text := string(out)
			if strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "deltaedit: ") || !strings.Contains(text, c.want) {
				t.Errorf("want one line with %q, got:\n%s", c.want, text)
			}
		})
	}
}
