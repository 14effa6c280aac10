//go:build !race

package parallel

const raced = false
