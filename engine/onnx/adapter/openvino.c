/*
 * An ONNX Runtime execution provider library that stands before OpenVINO's own.
 *
 * OpenVINO computes on any x86-64 processor, but its provider library (PyPI
 * onnxruntime-ep-openvino, up to 1.8.1) passes over every device whose vendor is not
 * Intel, the processor included; microsoft/onnxruntime pull request 31981 proposes to
 * lift that for processors. This library loads the other, which lies beside it, and
 * hands everything on, with one change: to it, the processor is Intel's. Other devices
 * keep their vendors.
 *
 * The other library parses the runtime's version to learn which functions the runtime
 * has. It is told the version that this file was compiled for, which is the oldest
 * that the program accepts: the copy of the function table then holds all it may call.
 *
 * Set-up compiles it against the header that comes with the Go binding
 * (deltapack.adapter). The runtime calls both functions while it holds a lock of its
 * own, and the factories are released before the library is unloaded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "onnxruntime_c_api.h"

#define OTHER "libonnxruntime_providers_openvino_plugin.so"
#define INTEL 0x8086u /* PCI vendor number */

#define EXPORTED __attribute__((visibility("default")))

typedef OrtStatus *(*create_fn)(const char *, const OrtApiBase *, const OrtLogger *,
                                OrtEpFactory **, size_t, size_t *);
typedef OrtStatus *(*release_fn)(OrtEpFactory *);

static const OrtApi *real;
static OrtApi api;
static OrtApiBase base;
static char version[32];
static void *other;
static create_fn other_create;
static release_fn other_release;

static int is_processor(const OrtHardwareDevice *device) {
  return real->HardwareDevice_Type(device) == OrtHardwareDeviceType_CPU;
}

static uint32_t ORT_API_CALL vendor_id(const OrtHardwareDevice *device) NO_EXCEPTION {
  return is_processor(device) ? INTEL : real->HardwareDevice_VendorId(device);
}

static const char *ORT_API_CALL vendor(const OrtHardwareDevice *device) NO_EXCEPTION {
  return is_processor(device) ? "Intel" : real->HardwareDevice_Vendor(device);
}

static const OrtApi *ORT_API_CALL get_api(uint32_t wanted) NO_EXCEPTION {
  return wanted <= ORT_API_VERSION ? &api : NULL;
}

static const char *ORT_API_CALL get_version(void) NO_EXCEPTION { return version; }

static OrtStatus *failed(const char *what, const char *why) {
  char text[4608];
  snprintf(text, sizeof text, "%s: %s", what, why ? why : "no reason given");
  return real->CreateStatus(ORT_FAIL, text);
}

/* Loads the other library, once. Returns NULL on success. */
static OrtStatus *load(void) {
  Dl_info self;
  char path[4096];
  const char *slash;
  int length;

  if (other_create && other_release) return NULL;
  if (!dladdr((void *)&load, &self) || !self.dli_fname) {
    return failed(OTHER, "the folder it is in cannot be told");
  }
  slash = strrchr(self.dli_fname, '/');
  length = slash ? (int)(slash - self.dli_fname) : 1;
  if (snprintf(path, sizeof path, "%.*s/%s", length, slash ? self.dli_fname : ".", OTHER) >=
      (int)sizeof path) {
    return failed(OTHER, "its path is too long");
  }
  if (!other && !(other = dlopen(path, RTLD_NOW | RTLD_LOCAL))) {
    return failed(OTHER, dlerror());
  }
  other_create = (create_fn)dlsym(other, "CreateEpFactories");
  other_release = (release_fn)dlsym(other, "ReleaseEpFactory");
  if (!other_create || !other_release) return failed(OTHER, dlerror());
  return NULL;
}

EXPORTED OrtStatus *CreateEpFactories(const char *name, const OrtApiBase *given,
                                      const OrtLogger *logger, OrtEpFactory **factories,
                                      size_t most, size_t *count) {
  OrtStatus *status;

  *count = 0;
  real = given->GetApi(ORT_API_VERSION);
  if (!real) return NULL; /* nothing can be made, not even a status; no factories */
  api = *real;
  api.HardwareDevice_VendorId = vendor_id;
  api.HardwareDevice_Vendor = vendor;
  base.GetApi = get_api;
  base.GetVersionString = get_version;
  snprintf(version, sizeof version, "1.%d.0", ORT_API_VERSION);
  status = load();
  return status ? status : other_create(name, &base, logger, factories, most, count);
}

EXPORTED OrtStatus *ReleaseEpFactory(OrtEpFactory *factory) {
  return other_release ? other_release(factory) : NULL;
}
