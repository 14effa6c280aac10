// A library that is ONNX Runtime, except for what the environment asks to go
// wrong. It passes every call on to the real one, FAULTLIB_REAL.
//
//   FAULTLIB_OLD=1       it is a version that knows an older interface only
//   FAULTLIB_APPEND=1    the provider "cuda" cannot be added to a session's options
//   FAULTLIB_CREATE=1    no session can be made with "cuda"
//   FAULTLIB_RUN=N       the Nth run on "cuda", and every later one, fails
//   FAULTLIB_MEMORY=N    the Nth run on any provider fails for lack of memory
//   FAULTLIB_SLOW=MS     every run on another provider takes so much longer
//   FAULTLIB_CRASH=FILE  a run reads from nowhere once FILE exists
//   FAULTLIB_ABORT=FILE  a run aborts once FILE exists
//   FAULTLIB_KILL=N      the Nth run on "cuda" aborts
//
// The provider "cuda" is always there: in truth it is the CPU.
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "onnxruntime_c_api.h"

static const OrtApi *real;
static OrtApi api;
static OrtApiBase base;

static int number(const char *name) {
  const char *v = getenv(name);
  return v ? atoi(v) : 0;
}

static OrtStatus *fail(OrtErrorCode code, const char *why) { return real->CreateStatus(code, why); }

// Options and sessions that are on "cuda".
enum { MOST = 4096 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const void *marked[MOST];

static int is_marked(const void *p) {
  int found = 0;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < MOST; i++) found |= marked[i] == p;
  pthread_mutex_unlock(&lock);
  return found;
}

static void mark(const void *p, const void *instead_of) {
  pthread_mutex_lock(&lock);
  for (int i = 0; i < MOST; i++)
    if (marked[i] == instead_of) {
      marked[i] = p;
      break;
    }
  pthread_mutex_unlock(&lock);
}

static OrtStatus *create_cuda(OrtCUDAProviderOptionsV2 **out) {
  *out = (OrtCUDAProviderOptionsV2 *)&base;
  return NULL;
}

static OrtStatus *update_cuda(OrtCUDAProviderOptionsV2 *o, const char *const *k, const char *const *v, size_t n) {
  return NULL;
}

static void release_cuda(OrtCUDAProviderOptionsV2 *o) {}

static OrtStatus *append_cuda(OrtSessionOptions *o, const OrtCUDAProviderOptionsV2 *c) {
  if (number("FAULTLIB_APPEND")) return fail(ORT_FAIL, "injected: no such device");
  mark(o, NULL);
  return NULL;
}

static void release_options(OrtSessionOptions *o) {
  if (o && is_marked(o)) mark(NULL, o);
  real->ReleaseSessionOptions(o);
}

static OrtStatus *config_entry(OrtSessionOptions *o, const char *key, const char *value) {
  if (is_marked(o) && strcmp(key, "session.disable_cpu_ep_fallback") == 0) return NULL;
  return real->AddSessionConfigEntry(o, key, value);
}

static OrtStatus *created(const OrtSessionOptions *o, OrtStatus *status, OrtSession **out) {
  if (!status && o && is_marked(o)) mark(*out, NULL);
  return status;
}

static OrtStatus *create(const OrtEnv *env, const ORTCHAR_T *path, const OrtSessionOptions *o, OrtSession **out) {
  if (o && is_marked(o) && number("FAULTLIB_CREATE")) return fail(ORT_EP_FAIL, "injected: the device refuses this graph");
  return created(o, real->CreateSession(env, path, o, out), out);
}

static OrtStatus *create_from(const OrtEnv *env, const void *data, size_t n, const OrtSessionOptions *o, OrtSession **out) {
  return created(o, real->CreateSessionFromArray(env, data, n, o, out), out);
}

static void release_session(OrtSession *s) {
  if (s && is_marked(s)) mark(NULL, s);
  real->ReleaseSession(s);
}

static OrtStatus *run(OrtSession *s, const OrtRunOptions *o, const char *const *in, const OrtValue *const *ins,
                      size_t n, const char *const *out, size_t m, OrtValue **outs) {
  static atomic_int all, on_cuda;
  int count = ++all;
  const char *crash = getenv("FAULTLIB_CRASH"), *gone = getenv("FAULTLIB_ABORT");
  if (crash && access(crash, F_OK) == 0) *(volatile int *)8 = count;
  if (gone && access(gone, F_OK) == 0) abort();
  if (number("FAULTLIB_MEMORY") && count == number("FAULTLIB_MEMORY"))
    return fail(ORT_RUNTIME_EXCEPTION, "injected: Failed to allocate memory for requested buffer of size 1073741824");
  int nth = is_marked(s) ? ++on_cuda : 0;
  if (nth && nth == number("FAULTLIB_KILL")) abort();
  if (nth && number("FAULTLIB_RUN") && nth >= number("FAULTLIB_RUN"))
    return fail(ORT_EP_FAIL, "injected: the device was lost");
  if (!is_marked(s) && number("FAULTLIB_SLOW")) usleep(1000 * number("FAULTLIB_SLOW"));
  return real->Run(s, o, in, ins, n, out, m, outs);
}

static const OrtApi *get_api(uint32_t version) {
  if (number("FAULTLIB_OLD")) return NULL;
  void *lib = dlopen(getenv("FAULTLIB_REAL"), RTLD_LAZY);
  if (!lib) {
    fprintf(stderr, "faultlib: %s\n", dlerror());
    return NULL;
  }
  const OrtApiBase *(*get)(void) = (const OrtApiBase *(*)(void))dlsym(lib, "OrtGetApiBase");
  real = get()->GetApi(version);
  if (!real) return NULL;
  api = *real;
  api.CreateCUDAProviderOptions = create_cuda;
  api.UpdateCUDAProviderOptions = update_cuda;
  api.ReleaseCUDAProviderOptions = release_cuda;
  api.SessionOptionsAppendExecutionProvider_CUDA_V2 = append_cuda;
  api.ReleaseSessionOptions = release_options;
  api.AddSessionConfigEntry = config_entry;
  api.CreateSession = create;
  api.CreateSessionFromArray = create_from;
  api.ReleaseSession = release_session;
  api.Run = run;
  return &api;
}

static const char *version(void) { return number("FAULTLIB_OLD") ? "1.14.1" : "1.27.0"; }

const OrtApiBase *OrtGetApiBase(void) {
  base.GetApi = get_api;
  base.GetVersionString = version;
  return &base;
}
