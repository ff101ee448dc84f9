// libcurl's functions as far as they are used here: each passes its call on to the library, which
// is loaded with the first one. Without the library curl_easy_init gives no handle, and nothing
// else is called. A further function of libcurl needs a line here.

#include <curl/curl.h>

#include <cstdarg>

#include "engine/base/shared_library.hpp"

#undef curl_easy_getinfo
#undef curl_easy_setopt

namespace {

const dbplan::SharedLibrary& library() {
  static const dbplan::SharedLibrary curl("libcurl.so.4");
  return curl;
}

/// What the variable argument is, it is as wide as a pointer: a pointer, a long, a curl_off_t.
void* only_argument(va_list list) {
  static_assert(sizeof(void*) == sizeof(long) && sizeof(void*) == sizeof(curl_off_t));
  return va_arg(list, void*);
}

}  // namespace

#define DBPLAN_FIND(function) \
  static auto* const found = library().find<decltype(function)>(#function)

// libcurl declares its variadic functions so, with an enumeration before the dots.
#pragma GCC diagnostic ignored "-Wvarargs"

extern "C" {

CURLcode curl_global_init(long flags) {
  DBPLAN_FIND(curl_global_init);
  return found ? found(flags) : CURLE_FAILED_INIT;
}

CURL* curl_easy_init() {
  DBPLAN_FIND(curl_easy_init);
  return found ? found() : nullptr;
}

void curl_easy_cleanup(CURL* handle) {
  DBPLAN_FIND(curl_easy_cleanup);
  found(handle);
}

void curl_easy_reset(CURL* handle) {
  DBPLAN_FIND(curl_easy_reset);
  found(handle);
}

CURLcode curl_easy_perform(CURL* handle) {
  DBPLAN_FIND(curl_easy_perform);
  return found(handle);
}

CURLcode curl_easy_setopt(CURL* handle, CURLoption option, ...) {
  DBPLAN_FIND(curl_easy_setopt);
  va_list list;
  va_start(list, option);
  void* const argument = only_argument(list);
  va_end(list);
  return found(handle, option, argument);
}

CURLcode curl_easy_getinfo(CURL* handle, CURLINFO info, ...) {
  DBPLAN_FIND(curl_easy_getinfo);
  va_list list;
  va_start(list, info);
  void* const argument = only_argument(list);
  va_end(list);
  return found(handle, info, argument);
}

const char* curl_easy_strerror(CURLcode code) {
  DBPLAN_FIND(curl_easy_strerror);
  return found(code);
}

curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  DBPLAN_FIND(curl_slist_append);
  return found(list, text);
}

void curl_slist_free_all(curl_slist* list) {
  DBPLAN_FIND(curl_slist_free_all);
  found(list);
}

}  // extern "C"
