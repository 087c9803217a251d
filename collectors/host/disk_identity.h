// What a block device is: /sys/block and udev's database (/run/udev/data; udev(7) and its built-in
// ata_id, scsi_id and blkid programs name the properties).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector.h"

namespace lapwing::collectors::host {

/// A block device by its name and the kernel's numbers.
struct DiskName {
  std::string_view device;
  std::string_view major;
  std::string_view minor;
};

/// Empty texts are what the host does not tell.
struct DiskIdentity {
  std::string path, wwn, model, serial, revision, rotational;
  std::string file_system, usage, uuid, version;  ///< of what lies on the whole device
  std::string mapper_name, mapper_uuid, volume_group, logical_volume, layer;
  std::vector<std::string> backing;  ///< devices below a mapped one, sorted
  std::optional<double> write_cache, write_cache_enabled, rotation_rate;  ///< of ATA disks
};

DiskIdentity look_up_disk(const HostPaths& paths, const DiskName& disk);

/// node_disk_info and, as far as known, node_disk_{filesystem,device_mapper}_info,
/// node_disk_device_mapper_backing_device_info and node_disk_ata_*.
void write_disk_identity(const DiskName& disk, const DiskIdentity& identity, MetricWriter& out);

/// The properties ("E:" lines) of one entry of udev's database.
std::map<std::string, std::string, std::less<>> parse_udev_properties(std::string_view entry);

}  // namespace lapwing::collectors::host
