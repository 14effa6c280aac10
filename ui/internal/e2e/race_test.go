//go:build race

package e2e

// buildFlags let the program share the tests' build and be watched for races
// as they are.
var buildFlags = []string{"-race"}
