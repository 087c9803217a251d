// xfs: what XFS did on each device, from /sys/fs/xfs/DEVICE/stats/stats
// (Documentation/admin-guide/xfs.rst and fs/xfs/xfs_stats.h of the kernel).
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "collectors/host/counter_lines.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo counter(std::string_view name) {
  return {name,
          "Counter of XFS, by its place in the kernel's statistics.",
          MetricType::Counter,
          {"device"}};
}

struct Place {
  std::string_view line;
  std::size_t number;  // of the line's numbers
  MetricInfo info;
};

constexpr Place kPlaces[] = {
    {"extent_alloc", 0, counter("node_xfs_extent_allocation_extents_allocated_total")},
    {"extent_alloc", 1, counter("node_xfs_extent_allocation_blocks_allocated_total")},
    {"extent_alloc", 2, counter("node_xfs_extent_allocation_extents_freed_total")},
    {"extent_alloc", 3, counter("node_xfs_extent_allocation_blocks_freed_total")},
    {"abt", 0, counter("node_xfs_allocation_btree_lookups_total")},
    {"abt", 1, counter("node_xfs_allocation_btree_compares_total")},
    {"abt", 2, counter("node_xfs_allocation_btree_records_inserted_total")},
    {"abt", 3, counter("node_xfs_allocation_btree_records_deleted_total")},
    {"blk_map", 0, counter("node_xfs_block_mapping_reads_total")},
    {"blk_map", 1, counter("node_xfs_block_mapping_writes_total")},
    {"blk_map", 2, counter("node_xfs_block_mapping_unmaps_total")},
    {"blk_map", 3, counter("node_xfs_block_mapping_extent_list_insertions_total")},
    {"blk_map", 4, counter("node_xfs_block_mapping_extent_list_deletions_total")},
    {"blk_map", 5, counter("node_xfs_block_mapping_extent_list_lookups_total")},
    {"blk_map", 6, counter("node_xfs_block_mapping_extent_list_compares_total")},
    {"bmbt", 0, counter("node_xfs_block_map_btree_lookups_total")},
    {"bmbt", 1, counter("node_xfs_block_map_btree_compares_total")},
    {"bmbt", 2, counter("node_xfs_block_map_btree_records_inserted_total")},
    {"bmbt", 3, counter("node_xfs_block_map_btree_records_deleted_total")},
    {"dir", 0, counter("node_xfs_directory_operation_lookup_total")},
    {"dir", 1, counter("node_xfs_directory_operation_create_total")},
    {"dir", 2, counter("node_xfs_directory_operation_remove_total")},
    {"dir", 3, counter("node_xfs_directory_operation_getdents_total")},
    {"ig", 0, counter("node_xfs_inode_operation_attempts_total")},
    {"ig", 1, counter("node_xfs_inode_operation_found_total")},
    {"ig", 2, counter("node_xfs_inode_operation_recycled_total")},
    {"ig", 3, counter("node_xfs_inode_operation_missed_total")},
    {"ig", 4, counter("node_xfs_inode_operation_duplicates_total")},
    {"ig", 5, counter("node_xfs_inode_operation_reclaims_total")},
    {"ig", 6, counter("node_xfs_inode_operation_attribute_changes_total")},
    {"rw", 0, counter("node_xfs_write_calls_total")},
    {"rw", 1, counter("node_xfs_read_calls_total")},
    {"vnodes", 0, counter("node_xfs_vnode_active_total")},
    {"vnodes", 1, counter("node_xfs_vnode_allocate_total")},
    {"vnodes", 2, counter("node_xfs_vnode_get_total")},
    {"vnodes", 3, counter("node_xfs_vnode_hold_total")},
    {"vnodes", 4, counter("node_xfs_vnode_release_total")},
    {"vnodes", 5, counter("node_xfs_vnode_reclaim_total")},
    {"vnodes", 6, counter("node_xfs_vnode_remove_total")},
};

Result<void> write_devices(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("fs/xfs");
  const auto names = list_folder(folder);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    // "stats" is the sum over all devices, "debug" has none.
    const std::string path = folder + "/" + name + "/stats/stats";
    const auto content = read_file(path);
    if (!content) continue;
    const auto lines = parse_counter_lines(*content);
    if (!lines) return Error(lines.error()).in(path);
    for (const CounterLine& line : *lines)
      for (const Place& place : kPlaces)
        if (place.line == line.name && place.number < line.numbers.size())
          out.sample(place.info, {name}, double(line.numbers[place.number]));
  }
  if (out.size() == 0) return no_data(folder + " has no device");
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_xfs(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_devices);
}

}  // namespace lapwing::collectors::host
