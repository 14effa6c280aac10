package pngstrips

import (
	"bytes"
	"errors"
	"fmt"
	"hash/adler32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
)

// noise8 and noise16 fill an image with smooth shapes and noise.
func noise8(w, h int, opaque bool) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, uint64(w)))
	for i := range img.Pix {
		img.Pix[i] = byte(i/7 + i/(4*w)*3 + r.IntN(5))
		if opaque && i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func noise16(w, h int, opaque bool) *image.NRGBA64 {
	img := image.NewNRGBA64(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, uint64(w)))
	for i := range img.Pix {
		img.Pix[i] = byte(i/9 + r.IntN(3))
		if opaque && i%8 >= 6 {
			img.Pix[i] = 255
		}
	}
	return img
}

// The standard library reads back every pixel, whatever the number of strips.
func TestEncode(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {3, 2}, {1, 700}, {5000, 1}, {257, 301}, {700, 600}, {stripSize/3 + 1, 3}} {
		for _, opaque := range []bool{true, false} {
			for _, img := range []image.Image{noise8(size.X, size.Y, opaque), noise16(size.X, size.Y, opaque)} {
				name := fmt.Sprintf("%T %v, opaque %t", img, size, opaque)
				var b bytes.Buffer
				if err := Encode(&b, img, nil); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got, err := png.Decode(&b)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if b.Len() > 0 {
					t.Errorf("%s: %d bytes after the end", name, b.Len())
				}
				if got.Bounds() != img.Bounds() || got.ColorModel() != model(img, opaque) {
					t.Fatalf("%s: %v of %T", name, got.Bounds(), got)
				}
				if !bytes.Equal(pixOf(got), pixOf(img)) { // opaque pixels have the same bytes in all types
					t.Errorf("%s: other pixels", name)
				}
			}
		}
	}
}

// pixOf returns the bytes of an image's pixels.
func pixOf(img image.Image) []byte {
	switch img := img.(type) {
	case *image.NRGBA:
		return img.Pix
	case *image.NRGBA64:
		return img.Pix
	case *image.RGBA:
		return img.Pix
	case *image.RGBA64:
		return img.Pix
	}
	return nil
}

// model is that of the image that the standard library decodes to.
func model(img image.Image, opaque bool) color.Model {
	_, deep := img.(*image.NRGBA64)
	switch {
	case deep && opaque:
		return color.RGBA64Model
	case deep:
		return color.NRGBA64Model
	case opaque:
		return color.RGBAModel
	}
	return color.NRGBAModel
}

// A part of an image has rows that are not next to each other.
func TestEncodePartOfAnImage(t *testing.T) {
	img := noise8(50, 40, false)
	part := img.SubImage(image.Rect(11, 7, 30, 25)).(*image.NRGBA)
	var b bytes.Buffer
	if err := Encode(&b, part, nil); err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	for y := range 18 {
		for x := range 19 {
			if got.At(x, y) != img.At(x+11, y+7) {
				t.Fatalf("pixel %d, %d", x, y)
			}
		}
	}
}

// Premultiplied pixels become straight ones, as the standard library writes them.
func TestEncodePremultiplied(t *testing.T) {
	for _, opaque := range []bool{true, false} {
		straight8, straight16 := noise8(60, 40, opaque), noise16(60, 40, opaque)
		img8, img16 := image.NewRGBA(straight8.Rect), image.NewRGBA64(straight16.Rect)
		draw.Draw(img8, img8.Rect, straight8, image.Point{}, draw.Src)
		draw.Draw(img16, img16.Rect, straight16, image.Point{}, draw.Src)
		for _, img := range []image.Image{img8, img16} {
			var got, want bytes.Buffer
			if err := errors.Join(Encode(&got, img, nil), png.Encode(&want, img)); err != nil {
				t.Fatal(err)
			}
			a, errA := png.Decode(&got)
			b, errB := png.Decode(&want)
			if errA != nil || errB != nil || !reflect.DeepEqual(a, b) {
				t.Errorf("%T, opaque %t: another picture than the standard library writes (%v, %v)", img, opaque, errA, errB)
			}
		}
	}
}

// The bytes do not depend on the number of cores, and memory that is used again leaves no
// trace.
func TestEncodeIsTheSameOnEveryMachine(t *testing.T) {
	img := noise8(1100, 900, true)
	var want bytes.Buffer
	if err := Encode(&want, img, nil); err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, cores := range []int{1, 3, 8} {
		runtime.GOMAXPROCS(cores)
		var other, got bytes.Buffer
		if err := errors.Join(Encode(&other, noise16(900, 700, false), nil), Encode(&got, img, nil)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%d cores: other bytes", cores)
		}
	}
}

// The file is at most 5 % larger than that of the standard library's fastest level.
func TestSize(t *testing.T) {
	for _, img := range []image.Image{noise8(1200, 900, true), noise8(300, 200, false), noise16(800, 600, true)} {
		var got, want bytes.Buffer
		err := errors.Join(Encode(&got, img, nil), (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&want, img))
		if err != nil {
			t.Fatal(err)
		}
		if !(float64(got.Len()) <= 1.05*float64(want.Len())) {
			t.Errorf("%T %v: %d bytes, the standard library %d", img, img.Bounds(), got.Len(), want.Len())
		}
	}
}

func TestChunksComeBeforeThePixels(t *testing.T) {
	var b bytes.Buffer
	text := chunk("tEXt", []byte("a\x00b"))
	if err := Encode(&b, noise8(2, 2, true), text); err != nil {
		t.Fatal(err)
	}
	head := 8 + 25
	if !bytes.Equal(b.Bytes()[head:head+len(text)], text) {
		t.Errorf("behind the header: %q", b.Bytes()[head:])
	}
	if _, err := png.Decode(&b); err != nil {
		t.Error(err)
	}
}

func TestWhatCannotBeEncoded(t *testing.T) {
	if err := Encode(&bytes.Buffer{}, image.NewGray(image.Rect(0, 0, 2, 2)), nil); err == nil {
		t.Error("a grey image: no error")
	}
	if err := Encode(&bytes.Buffer{}, image.NewNRGBA(image.Rect(0, 0, 0, 2)), nil); !errors.Is(err, ErrSize) {
		t.Errorf("an empty image: %v", err)
	}
	full := errors.New("disk full")
	img := noise8(1200, 900, true)
	var whole bytes.Buffer
	if err := Encode(&whole, img, nil); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, 40, 1000, whole.Len() / 2, whole.Len() - 5} {
		if err := Encode(&limited{room, full}, img, nil); !errors.Is(err, full) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
}

// limited is a writer that fails when its room is used up.
type limited struct {
	room int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.room {
		return 0, l.err
	}
	l.room -= len(p)
	return len(p), nil
}

func TestCombine(t *testing.T) {
	data := make([]byte, 300_000)
	r := rand.NewChaCha8([32]byte{3})
	_, _ = r.Read(data)
	for _, cut := range []int{0, 1, 65520, 65521, 65522, 200_000, len(data)} {
		got := combine(adler32.Checksum(data[:cut]), adler32.Checksum(data[cut:]), len(data)-cut)
		if want := adler32.Checksum(data); got != want {
			t.Errorf("cut at %d: %x, want %x", cut, got, want)
		}
	}
}
