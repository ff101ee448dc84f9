#include "engine/base/shared_library.hpp"

#include <dlfcn.h>

namespace dbplan {

SharedLibrary::SharedLibrary(const char* name) : handle_(dlopen(name, RTLD_NOW | RTLD_LOCAL)) {}

void* SharedLibrary::address(const char* name) const {
  return handle_ ? dlsym(handle_, name) : nullptr;
}

}  // namespace dbplan
