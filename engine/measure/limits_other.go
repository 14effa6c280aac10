//go:build !unix

package measure

// limits describes the memory limits of this process. On this system none are known.
func limits() string { return "" }
