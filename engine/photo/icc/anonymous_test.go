package icc

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// screenProfile is a profile as calibration programs make it: in header and tags it
// tells whose screen it is for.
func screenProfile(version byte, name string) []byte {
	head := bytes.Clone(Encode("x", displayP3, three(gamma(2.2)))[:headerSize])
	head[8] = version
	copy(head[4:], "PRIV")
	copy(head[40:], "PRIVPRIVPRIVPRIV") // platform, flags, maker, model
	copy(head[80:], "PRIVPRIVATE--ID-----")
	text := func(s string) []byte { return append([]byte("text\x00\x00\x00\x00"), s+"\x00"...) }
	xyz := func(i int) []byte { return encodeXYZ([3]float64{displayP3[0][i], displayP3[1][i], displayP3[2][i]}) }
	chad := append([]byte("sf32\x00\x00\x00\x00"), make([]byte, 36)...)
	return appendTags(head, []namedTag{
		{"desc", encodeText(name, version)},
		{"cprt", text("(c) Erika PRIVATE")},
		{"dmnd", text("PRIVATE maker")},
		{"dmdd", text("PRIVATE model")},
		{"meta", text("PRIVATE serial 4711")},
		{"vcgt", text("PRIVATE calibration")},
		{"mmod", text("PRIVATE module")},
		{"lumi", encodeXYZ([3]float64{0, 123, 0})},
		{"wtpt", encodeXYZ(d50)},
		{"chad", chad},
		{"rXYZ", xyz(0)},
		{"gXYZ", xyz(1)},
		{"bXYZ", xyz(2)},
		{"rTRC", gamma(2.2)},
		{"gTRC", gamma(2.1)},
		{"bTRC", gamma(2.0)},
	})
}

// What names a screen or its owner goes; the colours stay exactly.
func TestAnonymous(t *testing.T) {
	wide := func(s string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.BigEndian.AppendUint16(b, u)
		}
		return string(b)
	}
	for _, version := range []byte{2, 4} {
		for name, kept := range map[string]bool{
			"Erika's PRIVATE screen": false, "sRGB of the PRIVATE screen": false, "": false,
			"Display P3": true, "sRGB IEC61966-2.1": true, "Adobe RGB (1998)": true,
		} {
			in := screenProfile(version, name)
			out := Anonymous(in)
			want := name
			if !kept {
				want = nameless
			}
			tags, err := tagsOf(out)
			if err != nil {
				t.Fatal(err)
			}
			if got := nameOf(tags["desc"]); got != want {
				t.Errorf("version %d, %q: the name is %q, want %q", version, name, got, want)
			}
			for _, s := range []string{"PRIV", "Erika", wide("PRIV"), wide("Erika")} {
				if bytes.Contains(out, []byte(s)) {
					t.Errorf("version %d, %q: it holds %q", version, name, s)
				}
			}
			if tags["vcgt"] != nil || tags["lumi"] != nil || tags["chad"] == nil {
				t.Errorf("version %d, %q: wrong tags", version, name)
			}
			if out[8] != version || int(binary.BigEndian.Uint32(out)) != len(out) {
				t.Errorf("version %d: version %d, %d bytes that say %d", version, out[8], len(out), binary.BigEndian.Uint32(out))
			}
			before, after := parsed(t, in), parsed(t, out)
			if before.matrix != after.matrix {
				t.Errorf("version %d, %q: the matrix is another", version, name)
			}
			row := make([]byte, 4*256)
			for i := range row {
				row[i] = byte(i * 37)
			}
			a, b := make([]byte, len(row)), make([]byte, len(row))
			before.Transform(8).Row8(a, row)
			after.Transform(8).Row8(b, row)
			if !bytes.Equal(a, b) {
				t.Errorf("version %d, %q: the colours are others", version, name)
			}
		}
	}
}

// Tables stay as well, and a profile without anything private stays byte for byte.
func TestAnonymousKeeps(t *testing.T) {
	tables := appendTags(bytes.Clone(screenProfile(2, "PRIVATE")[:headerSize]), []namedTag{
		{"desc", encodeText("PRIVATE printer", 2)}, {"A2B0", []byte("lut8 tables")}, {"B2A0", []byte("other tables")},
	})
	out := Anonymous(tables)
	tags, err := tagsOf(out)
	if err != nil || string(tags["A2B0"]) != "lut8 tables" || string(tags["B2A0"]) != "other tables" || strings.Contains(string(out), "PRIV") {
		t.Errorf("%q, %v", out, err)
	}
	plain := Encode("Display P3", displayP3, three(srgbFormula()))
	if !bytes.Equal(Anonymous(plain), plain) {
		t.Error("a profile without private data changed")
	}
	for name, data := range map[string][]byte{"nothing": nil, "no profile": make([]byte, 200), "cut": screenProfile(4, "x")[:300]} {
		if Anonymous(data) != nil {
			t.Errorf("%s: a profile was made of it", name)
		}
	}
	for _, desc := range []string{"", "desc\x00\x00\x00\x00\x00\x00\xff\xffab", "mluc", "mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS\xff\xff\xff\xff\xff\xff\xff\xff", "text\x00\x00\x00\x00\x00\x00\x00\x02ab"} {
		if got := nameOf([]byte(desc)); got != "" {
			t.Errorf("%q has the name %q", desc, got)
		}
	}
}
