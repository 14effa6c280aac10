package photo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Limits of what is taken over from an XMP packet.
const (
	maxProperties = 200
	maxDepth      = 16
	maxProperty   = 64 << 10 // bytes
)

const (
	nsRDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsXML = "http://www.w3.org/XML/1998/namespace"
	nsXMP = "http://ns.adobe.com/xap/1.0/"
)

// prefixes of the vocabularies that say what a photo shows and whose it is.
var prefixes = map[string]string{
	nsRDF: "rdf", nsXML: "xml", nsXMP: "xmp",
	"http://purl.org/dc/elements/1.1/":            "dc",
	"http://ns.adobe.com/xap/1.0/rights/":         "xmpRights",
	"http://ns.adobe.com/photoshop/1.0/":          "photoshop",
	"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
	"http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
	"http://ns.useplus.org/ldf/xmp/1.0/":          "plus",
	"http://creativecommons.org/ns#":              "cc",
}

// keptProperty reports whether a property of a photo also holds for an image made
// from it. What an editor noted about its own file does not.
func keptProperty(name xml.Name) bool {
	switch prefixes[name.Space] {
	case "dc":
		return name.Local != "format"
	case "xmp":
		return slices.Contains([]string{"CreateDate", "Label", "Nickname", "Rating"}, name.Local)
	case "photoshop":
		return slices.Contains([]string{
			"AuthorsPosition", "CaptionWriter", "Category", "City", "Country", "Credit", "DateCreated",
			"Headline", "Instructions", "Source", "State", "SupplementalCategories", "TransmissionReference", "Urgency",
		}, name.Local)
	case "Iptc4xmpExt":
		return name.Local != "DigitalSourceType"
	case "xmpRights", "Iptc4xmpCore", "plus", "cc":
		return true
	}
	return false
}

// properties are XMP properties in the form in which this program writes them.
type properties struct {
	body string   // elements
	used []string // namespaces beside those that every packet declares
}

// declarations returns the namespaces' declarations as attributes.
func (p properties) declarations() string {
	var b strings.Builder
	for _, ns := range p.used {
		fmt.Fprintf(&b, "\n    xmlns:%s=\"%s\"", prefixes[ns], escape(ns))
	}
	return b.String()
}

// errProperty says that a single property cannot be kept.
var errProperty = errors.New("property left out")

// readProperties returns the properties of a packet that are kept. A property with
// parts of unknown vocabularies, or with a text for which omit returns true, is left
// out as a whole. The error says that the packet is not XML.
func readProperties(packet []byte, omit func(string) bool) (properties, error) {
	r := &propertyReader{dec: xml.NewDecoder(bytes.NewReader(packet)), omit: omit, seen: map[xml.Name]bool{}}
	if err := r.run(); err != nil {
		return properties{}, err
	}
	p := properties{body: r.body.String()}
	for ns := range r.used {
		if ns != nsRDF && ns != nsXML && ns != nsXMP && prefixes[ns] != "Iptc4xmpExt" {
			p.used = append(p.used, ns)
		}
	}
	slices.Sort(p.used)
	return p, nil
}

type propertyReader struct {
	dec  *xml.Decoder
	omit func(string) bool
	body strings.Builder
	used map[string]bool
	seen map[xml.Name]bool
}

// run reads the attributes and children of the descriptions: both are properties.
func (r *propertyReader) run() error {
	r.used = map[string]bool{}
	depth := 0 // of descriptions
	for {
		token, err := r.dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case t.Name == xml.Name{Space: nsRDF, Local: "Description"} && depth == 0:
				depth = 1
				for _, a := range t.Attr {
					r.attribute(a)
				}
			case depth == 1:
				if err := r.element(t); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if depth == 1 {
				depth = 0
			}
		}
	}
}

// take reports whether a property is to be kept, and remembers its name.
func (r *propertyReader) take(name xml.Name) bool {
	if !keptProperty(name) || r.seen[name] || len(r.seen) >= maxProperties {
		return false
	}
	r.seen[name] = true
	return true
}

// attribute writes a property that is an attribute as an element.
func (r *propertyReader) attribute(a xml.Attr) {
	if r.omit(a.Value) || len(a.Value) > maxProperty || !r.take(a.Name) {
		return
	}
	r.used[a.Name.Space] = true
	name := prefixes[a.Name.Space] + ":" + a.Name.Local
	fmt.Fprintf(&r.body, "   <%s>%s</%s>\n", name, escape(a.Value), name)
}

// element writes a property that is an element, with its content, or skips it.
func (r *propertyReader) element(start xml.StartElement) error {
	if !r.take(start.Name) {
		return r.dec.Skip()
	}
	w := &propertyWriter{omit: r.omit, used: map[string]bool{}}
	w.start(start)
	for depth := 1; depth > 0; {
		token, err := r.dec.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				w.err = errProperty
			}
			w.start(t)
		case xml.EndElement:
			depth--
			w.end(t)
		case xml.CharData:
			w.text(string(t))
		}
	}
	if w.err != nil || w.out.Len() > maxProperty {
		return nil
	}
	for ns := range w.used {
		r.used[ns] = true
	}
	r.body.WriteString("   " + w.out.String() + "\n")
	return nil
}

// propertyWriter writes one property. After an error its output is not used.
type propertyWriter struct {
	omit func(string) bool
	used map[string]bool
	out  strings.Builder
	err  error
}

// name returns a name with this program's prefix for its vocabulary.
func (w *propertyWriter) name(n xml.Name) string {
	p, ok := prefixes[n.Space]
	if !ok {
		w.err = errProperty
	}
	w.used[n.Space] = true
	return p + ":" + n.Local
}

func (w *propertyWriter) start(t xml.StartElement) {
	w.write("<" + w.name(t.Name))
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" {
			continue
		}
		w.check(a.Value)
		w.write(" " + w.name(a.Name) + `="` + escape(a.Value) + `"`)
	}
	w.write(">")
}

func (w *propertyWriter) end(t xml.EndElement) { w.write("</" + w.name(t.Name) + ">") }

func (w *propertyWriter) text(s string) {
	w.check(s)
	w.write(escape(s))
}

func (w *propertyWriter) check(s string) {
	if w.omit(s) {
		w.err = errProperty
	}
}

func (w *propertyWriter) write(s string) {
	if w.out.Len() <= maxProperty {
		w.out.WriteString(s)
	}
}
