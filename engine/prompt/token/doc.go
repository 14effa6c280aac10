// Package token turns text into the token ids that a text encoder reads: WordPiece as
// in BERT, and the byte pairs of CLIP. The ids of both are equal to those of their
// reference implementations (testdata holds the tables).
package token
