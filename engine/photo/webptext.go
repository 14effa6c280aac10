package photo

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// nsText is the namespace of this program's texts in XMP packets: of properties that are named
// as the keyword of a PNG's text is.
const nsText = "urn:deltaedit:text"

// elementName matches the keywords that are names in XML, of the length that PNG allows.
var elementName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,78}$`)

// textElements returns the texts as elements of an XMP packet. Those whose keywords are no names
// in XML are left out.
func (m Metadata) textElements() string {
	var b strings.Builder
	for _, k := range m.keys() {
		if !elementName.MatchString(k) {
			continue
		}
		fmt.Fprintf(&b, "   <text:%s xmlns:text=\"%s\">", k, nsText)
		_ = xml.EscapeText(&b, []byte(m.Text[k])) // a strings.Builder does not fail
		fmt.Fprintf(&b, "</text:%s>\n", k)
	}
	return b.String()
}

// readWebPText is ReadText for a file that begins like a WebP.
func readWebPText(r io.Reader) (map[string]string, error) {
	packet, err := webpPacket(r)
	if err != nil {
		return nil, fmt.Errorf("read WebP text: %w", err)
	}
	return textsInPacket(packet), nil
}

// webpPacket returns the XMP packet of a WebP, nil for none and for one longer than maxText.
// The file ends where its chunks do.
func webpPacket(r io.Reader) ([]byte, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[8:]) != "WEBP" {
		return nil, ErrNotImage
	}
	for {
		var h [8]byte
		switch _, err := io.ReadFull(r, h[:]); {
		case errors.Is(err, io.EOF):
			return nil, nil
		case err != nil:
			return nil, ErrTruncated
		}
		n := int64(binary.LittleEndian.Uint32(h[4:]))
		if string(h[:4]) != "XMP " || n > maxText {
			if _, err := io.CopyN(io.Discard, r, n+n&1); err != nil {
				return nil, ErrTruncated
			}
			continue
		}
		// Read through a buffer that grows with what is really there.
		var b bytes.Buffer
		if _, err := io.CopyN(&b, r, n); err != nil {
			return nil, ErrTruncated
		}
		return b.Bytes(), nil
	}
}

// textsInPacket returns the texts that textElements wrote. What follows a mistake in the packet is
// left out.
func textsInPacket(packet []byte) map[string]string {
	texts := map[string]string{}
	in := xml.NewDecoder(bytes.NewReader(packet))
	for {
		token, err := in.Token()
		if err != nil {
			return texts
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Space != nsText || !elementName.MatchString(start.Name.Local) {
			continue
		}
		var text string
		if in.DecodeElement(&text, &start) != nil {
			return texts
		}
		texts[start.Name.Local] = text
	}
}
