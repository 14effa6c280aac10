package onnx

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
)

// machines maps Go's names of architectures to the machine types of ELF files.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "386": elf.EM_386, "arm": elf.EM_ARM,
	"riscv64": elf.EM_RISCV, "ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390, "loong64": elf.EM_LOONGARCH,
}

var bits = map[elf.Class]int{elf.ELFCLASS32: 32, elf.ELFCLASS64: 64}

// checkLibrary returns an error when a file is not a library for this machine. Its
// message is clearer than the loader's, and loading a truncated library would end the
// process with a bus error. On systems without ELF nothing is checked.
func checkLibrary(path string) error {
	switch runtime.GOOS {
	case "windows", "darwin", "ios":
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, 20) // the identification, the type and the machine
	if _, err := f.ReadAt(head, 0); err != nil || string(head[:4]) != elf.ELFMAG {
		return errors.New("it is not a library (no ELF file)")
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if elf.Data(head[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	class, machine := elf.Class(head[elf.EI_CLASS]), elf.Machine(order.Uint16(head[18:]))
	if want, ok := machines[runtime.GOARCH]; ok && (machine != want || bits[class] != strconv.IntSize) {
		return fmt.Errorf("it is for %v of %d bits: want %v of %d bits", machine, bits[class], want, strconv.IntSize)
	}
	lib, err := elf.NewFile(f)
	if err != nil {
		// The section table is at the end of the file.
		return fmt.Errorf("it is damaged or cut short (%w)", err)
	}
	for _, p := range lib.Progs {
		if p.Type == elf.PT_LOAD && p.Off+p.Filesz > uint64(info.Size()) {
			return errors.New("it is cut short")
		}
	}
	return nil
}
