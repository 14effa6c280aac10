package packtest

import (
	"testing"

	"deltaedit/engine/pack"
)

// Builtin opens the built-in pack, which make setup provides. The test fails
// without it.
func Builtin(t testing.TB) *pack.Pack {
	t.Helper()
	dir, err := pack.Find("")
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	p, err := pack.Open(dir)
	if err != nil {
		t.Fatalf("%v: run make setup", err)
	}
	return p
}
