package store

func limitFiles(uint64) {}
