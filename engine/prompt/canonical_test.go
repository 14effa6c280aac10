package prompt

import "testing"

// Compatibility forms ask for the same as ordinary letters do.
func TestCompatibilityForms(t *testing.T) {
	e := fakeSpace(t, fakeWishes...)
	want, err := e.Delta(t.Context(), "face", "smiling face")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"ｓｍｉｌｉｎｇ　ｆａｃｅ", "ＳＭＩＬＩＮＧ face", "𝐬𝐦𝐢𝐥𝐢𝐧𝐠 face", "smi\u00adling face", "ⓢⓜⓘⓛⓘⓝⓖ face"} {
		d, err := e.Delta(t.Context(), "face", text)
		if err != nil || !d.Known || d.Confidence != want.Confidence || d.Unknown != nil {
			t.Errorf("%q: want known with %v, got %v, known %t with %v, unknown %q", text, want.Confidence, err, d.Known, d.Confidence, d.Unknown)
		}
		v, err := e.Text(t.Context(), text)
		if plain, _ := e.Text(t.Context(), "smiling face"); err != nil || !close64(dot(v, plain), 1) {
			t.Errorf("%q: its vector is not that of the ordinary letters: %v", text, err)
		}
	}
}
