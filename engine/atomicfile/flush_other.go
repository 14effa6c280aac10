//go:build !linux

package atomicfile

// syncFileSystem is false: there is no such call.
func syncFileSystem(string) (bool, error) { return false, nil }
