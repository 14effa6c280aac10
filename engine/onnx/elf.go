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

// machines are those of ELF files by Go's names of architectures.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64, "386": elf.EM_386, "arm": elf.EM_ARM,
	"riscv64": elf.EM_RISCV, "ppc64le": elf.EM_PPC64, "s390x": elf.EM_S390, "loong64": elf.EM_LOONGARCH,
}

var bits = map[elf.Class]int{elf.ELFCLASS32: 32, elf.ELFCLASS64: 64}

// checkLibrary refuses a file that is no library for this machine, in words
// better than the loader's. One that is cut short would end the process with a
// bus error when it is loaded. Systems without ELF leave it to the loader.
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
		// Its table of sections is at the end.
		return fmt.Errorf("it is damaged or cut short (%w)", err)
	}
	for _, p := range lib.Progs {
		if p.Type == elf.PT_LOAD && p.Off+p.Filesz > uint64(info.Size()) {
			return errors.New("it is cut short")
		}
	}
	return nil
}
