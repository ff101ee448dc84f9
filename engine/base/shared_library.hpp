#pragma once

namespace dbplan {

/// A library of the system that is loaded when something in it is first called. Half of the time
/// and memory of a command that sends nothing would go to loading what it never calls.
class SharedLibrary {
 public:
  /// `name` as the loader knows it: "libcurl.so.4".
  explicit SharedLibrary(const char* name);
  bool loaded() const { return handle_ != nullptr; }
  /// The function called `name`, or null. The library stays loaded.
  template <class Function>
  Function* find(const char* name) const {
    return reinterpret_cast<Function*>(address(name));
  }

 private:
  void* address(const char* name) const;
  void* handle_;
};

}  // namespace dbplan
