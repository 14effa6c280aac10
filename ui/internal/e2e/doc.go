// Package e2e holds tests that drive the real program in its real window: the
// built binary, the built-in pack and ONNX Runtime on one side, the mouse and
// the keyboard of an X server on the other.
//
// The same test takes the picture of the window for the README:
//
//	xvfb-run -a -s '-screen 0 1280x800x24' \
//	  go test ./ui/internal/e2e -run TestWindow -screenshot assets/screenshots/window.png
//
// Other looks are chosen by further flags, listed in flags_test.go.
package e2e
