package photo

import "strings"

// packet returns the XMP packet: this program's own properties, those of the photo
// that are kept, and more elements in XML.
func (m Metadata) packet(more string) string {
	kind := m.SourceType
	if kind == "" {
		kind = CompositeWithTrainedMedia
	}
	var kept properties
	if !m.StripPrivate {
		// A damaged packet was reported when the photo was read.
		kept, _ = readProperties(m.XMP, func(s string) bool { return m.containsLocalPath(s, false) })
	}
	end := "/>"
	if body := kept.body + more; body != "" {
		end = ">\n" + body + "  </rdf:Description>"
	}
	return `<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>` + `
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"` + kept.declarations() + `
    Iptc4xmpExt:DigitalSourceType="` + escape(kind) + `"
    xmp:CreatorTool="DeltaEdit Studio"` + end + `
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) string { return escaper.Replace(s) }
