package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"deltaedit/ui/cli/version"
)

func TestVersion(t *testing.T) {
	var out, errs bytes.Buffer
	if status := Run([]string{"version", "--json"}, strings.NewReader(""), &out, &errs); status != exitOK {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	var got version.Info
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got != version.Of() {
		t.Errorf("got %+v (%v), want %+v", got, err, version.Of())
	}
	out.Reset()
	if status := Run([]string{"version"}, strings.NewReader(""), &out, &errs); status != exitOK || !strings.HasPrefix(out.String(), "deltaedit "+got.Version+", ") {
		t.Errorf("status %d, printed %q", status, out.String())
	}
	if status := Run([]string{"version", "now"}, strings.NewReader(""), &out, &errs); status != exitUsage {
		t.Errorf("an argument too many: status %d", status)
	}
}

// TestTheManualNamesEveryCommand: the page of the manual that packages install.
func TestTheManualNamesEveryCommand(t *testing.T) {
	page, err := os.ReadFile("../../assets/package/linux/deltaedit.1")
	if err != nil {
		t.Fatal(err)
	}
	commands := (&Program{}).root().Commands()
	if len(commands) < 10 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, c := range commands {
		if !strings.Contains(string(page), "\n.B "+c.Name()+"\n") {
			t.Errorf("deltaedit.1 lacks %s", c.Name())
		}
	}
}
