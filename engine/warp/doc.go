// Package warp moves the outline of a portrait: an edit that makes a face rounder or a chin
// shorter bends the photo, so that hair, ears, neck and background follow the face instead of
// staying where the old outline was.
//
//	anchor := warp.NewAnchor(before)      // landmarks in the reconstruction
//	field := anchor.Field(after)          // where an edit moves them; nil for nowhere
//	field.Pull(dst, edited, side)         // the edited picture in the photo's shape
//	field.Push(pixels, squareInPicture)   // the composed photo in the edit's shape
//
// The change of an edit is composed in the photo's own shape, in which outlines agree, and the
// composed picture is bent last.
package warp
