package variant

import (
	"reflect"
	"strings"
	"testing"
)

func TestStrengthsAreRead(t *testing.T) {
	for text, want := range map[string][]float64{
		"1": {1}, "-1,0.5,1": {-1, 0.5, 1}, " −1.5 , 0 ": {-1.5, 0}, "2,1": {2, 1}, "1e-1": {0.1}, "-10,10": {-10, 10},
	} {
		got, err := ParseStrengths(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
		again, err := ParseStrengths(FormatStrengths(want, ", "))
		if err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%v written and read: %v, %v", want, again, err)
		}
	}
	for text, says := range map[string]string{
		"": "with commas", "1,": "with commas", "a": "with commas", "NaN": "with commas", "Inf": "-10 to 10", "0x1p1": "with commas",
		"1_0": "with commas", "11": "-10 to 10", "1,2,1.0": "twice", "1;2": "with commas",
	} {
		if got, err := ParseStrengths(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v; want %q", text, got, err, says)
		}
	}
}
