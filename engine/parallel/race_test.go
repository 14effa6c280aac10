//go:build race

package parallel

const raced = true
