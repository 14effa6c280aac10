package e2e

import "flag"

// What the window looks like and what is done in it. Every choice passes the
// same test.
var (
	screenshotFlag = flag.String("screenshot", "", "`file` for a picture of the window with the edited photo, relative to the repository's root")
	themeFlag      = flag.String("theme", "dark", "dark or light")
	sizeFlag       = flag.String("size", "1280x800", "the window's `size` in device pixels; the screen must be as large")
	scaleFlag      = flag.Float64("scale", 1, "device pixels in a logical pixel")
	photoFlag      = flag.String("photo", "assets/samples/eileen-collins.jpg", "`photo` to edit, relative to the repository's root")
	targetFlag     = flag.String("target", "smiling face", "target `prompt`")
)
