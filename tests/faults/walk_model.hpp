#pragma once

#include <array>
#include <map>
#include <string>

#include "tests/faults/world.hpp"

namespace dbplan::faults {

/// One change of the spec or, by somebody else, of the workspace. What it is about may not exist:
/// then it does nothing, so that any part of a script is a script.
struct Edit {
  enum class What {
    // of the spec
    JobToggled,
    JobText,
    JobSchedule,
    JobPermission,
    JobCluster,
    JobNotebook,
    JobRenamed,
    ClusterToggled,
    ClusterWorkers,
    ClusterPool,
    PoolToggled,
    PoolIdle,
    PoolNode,
    NotebookToggled,
    NotebookText,
    NotebookPlace,
    NotebookRenamed,  // its key alone, without `moved`
    NotebooksSwapped,
    // of the workspace
    JobEdited,
    JobTagged,
    JobDeleted,
    JobCloned,
    NotebookEdited,
    NotebookDeleted,
    ClusterDeleted,
    HoursPass,
    Last = HoursPass
  };
  What what = What::JobToggled;
  int key = 0;    // 0 to kKeys - 1
  int value = 0;  // 0 to kValues - 1
};
constexpr int kKeys = 3, kValues = 4;
std::string text_of(const Edit& edit);

/// A spec that grows and changes.
class WalkModel {
 public:
  /// Changes the spec, or the workspace.
  void apply(const Edit& edit, World& world, SharedTime& time);
  std::string yaml() const;
  /// Label of a picture -> how many of it there must be; of everything that may be there.
  std::map<std::string, int> expected() const;

 private:
  struct Job {
    int text = 0, schedule = 0, permission = 0, cluster = -1, notebook = -1, names = 0;
  };
  struct Cluster {
    int workers = 0, pool = -1;
  };
  struct Pool {
    int idle = 0, node = 0;
  };
  struct Notebook {
    int text = 0, place = 0, names = 0;
  };
  std::string path_of(int key, const Notebook& notebook) const;
  void edit_spec(const Edit& edit);
  std::string job_yaml(int key, const Job& job) const;
  std::string cluster_yaml(int key, const Cluster& cluster) const;

  std::map<int, Job> jobs_;
  std::map<int, Cluster> clusters_;
  std::map<int, Pool> pools_;
  std::map<int, Notebook> notebooks_;
  std::array<int, kKeys> seats_{0, 1, 2};  // key of a notebook -> number in its path
};

}  // namespace dbplan::faults
