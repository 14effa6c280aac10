package onnx

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// The few Vulkan 1.0 declarations that listing devices takes; their layout is
// fixed by the Vulkan specification (vkCreateInstance,
// vkEnumeratePhysicalDevices, vkGetPhysicalDeviceProperties).
typedef struct {
	uint32_t type;
	const void *next;
	uint32_t flags;
	const void *application;
	uint32_t layers;
	const char *const *layer_names;
	uint32_t extensions;
	const char *const *extension_names;
} instance_info;

typedef struct {
	uint32_t api, driver, vendor, device, type;
	char name[256];
	char rest[2048]; // pipeline cache id, limits, sparse properties: 544 bytes
} device_properties;

typedef int32_t (*create_instance)(const instance_info *, const void *, void **);
typedef void (*destroy_instance)(void *, const void *);
typedef int32_t (*enumerate_devices)(void *, uint32_t *, void **);
typedef void (*get_properties)(void *, device_properties *);

enum { max_devices = 16 };

typedef struct {
	uint32_t count;
	uint32_t type[max_devices];
	uint32_t api[max_devices], driver[max_devices], vendor[max_devices], device[max_devices];
	char name[max_devices][256];
} device_list;

// Returns 0, 1 when the library lacks a function, or Vulkan's negative result.
static int list_devices(void *lib, device_list *out) {
	create_instance create = (create_instance)dlsym(lib, "vkCreateInstance");
	destroy_instance destroy = (destroy_instance)dlsym(lib, "vkDestroyInstance");
	enumerate_devices enumerate = (enumerate_devices)dlsym(lib, "vkEnumeratePhysicalDevices");
	get_properties get = (get_properties)dlsym(lib, "vkGetPhysicalDeviceProperties");
	if (!create || !destroy || !enumerate || !get) return 1;
	instance_info info;
	memset(&info, 0, sizeof info);
	info.type = 1; // VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
	void *instance = NULL;
	int32_t rc = create(&info, NULL, &instance);
	if (rc != 0) return rc;
	void *devices[max_devices];
	uint32_t n = max_devices;
	rc = enumerate(instance, &n, devices);
	if (rc == 0 || rc == 5) { // VK_INCOMPLETE: there are more than fit
		rc = 0;
		device_properties *p = calloc(1, sizeof *p);
		for (uint32_t i = 0; p && i < n; i++) {
			get(devices[i], p);
			out->type[i] = p->type;
			out->api[i] = p->api;
			out->driver[i] = p->driver;
			out->vendor[i] = p->vendor;
			out->device[i] = p->device;
			memcpy(out->name[i], p->name, sizeof p->name);
			out->name[i][255] = 0;
		}
		out->count = p ? n : 0;
		free(p);
	}
	destroy(instance, NULL);
	return rc;
}
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// vulkanDevices asks the Vulkan loader for its devices. The loader reads
// VK_ICD_FILENAMES and similar variables from the process's environment, including
// changes since the start.
func vulkanDevices() ([]vulkanDevice, error) {
	name := C.CString("libvulkan.so.1")
	defer C.free(unsafe.Pointer(name))
	lib := C.dlopen(name, C.RTLD_NOW)
	if lib == nil {
		return nil, errors.New("libvulkan.so.1 is not installed")
	}
	// The library is never closed, because drivers may not support unloading.
	list := (*C.device_list)(C.calloc(1, C.sizeof_device_list))
	defer C.free(unsafe.Pointer(list))
	if rc := C.list_devices(lib, list); rc != 0 {
		if rc == -9 {
			return nil, errors.New("no Vulkan driver is installed")
		}
		return nil, fmt.Errorf("creating a Vulkan instance failed with error %d", int(rc))
	}
	if list.count == 0 {
		return nil, errors.New("the Vulkan drivers found no device")
	}
	out := make([]vulkanDevice, list.count)
	for i := range out {
		const cpuType = 4 // VK_PHYSICAL_DEVICE_TYPE_CPU
		out[i] = vulkanDevice{
			name: C.GoString(&list.name[i][0]), software: list._type[i] == cpuType,
			version: fmt.Sprintf("%04x:%04x, driver %x, Vulkan %x", list.vendor[i], list.device[i], list.driver[i], list.api[i]),
		}
	}
	return out, nil
}
