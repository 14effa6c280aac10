// Package chaos has a test that does a batch on a queue while its workers, its server and
// the batch itself are killed and the network is cut. The edits are simulated.
//
// A small run is part of all tests. The full one puts server, batch and workers into
// network namespaces of their own, which takes root on Linux:
//
//	go test ./engine/queue/chaos -v -full
package chaos
