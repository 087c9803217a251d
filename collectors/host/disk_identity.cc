#include "collectors/host/disk_identity.h"

#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/folder.h"
#include "collectors/proc_file.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kDiskInfo{
    "node_disk_info",
    "What the block device is.",
    MetricType::Gauge,
    {"device", "major", "minor", "path", "wwn", "model", "serial", "revision", "rotational"}};
constexpr MetricInfo kFileSystem{"node_disk_filesystem_info",
                                 "The file system on the whole device.",
                                 MetricType::Gauge,
                                 {"device", "type", "usage", "uuid", "version"}};
constexpr MetricInfo kMapper{"node_disk_device_mapper_info",
                             "What the device mapper made.",
                             MetricType::Gauge,
                             {"device", "name", "uuid", "vg_name", "lv_name", "lv_layer"}};
constexpr MetricInfo kBacking{"node_disk_device_mapper_backing_device_info",
                              "A device below a mapped one.",
                              MetricType::Gauge,
                              {"device", "backing_device"}};
constexpr MetricInfo of_disk(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"device"}};
}
constexpr MetricInfo kWriteCache =
    of_disk("node_disk_ata_write_cache", "Whether the ATA disk has a write cache.");
constexpr MetricInfo kWriteCacheEnabled =
    of_disk("node_disk_ata_write_cache_enabled", "Whether the ATA disk uses its write cache.");
constexpr MetricInfo kRotationRate =
    of_disk("node_disk_ata_rotation_rate_rpm", "Rotations of the ATA disk a minute; 0: none.");

}  // namespace

DiskIdentity look_up_disk(const HostPaths& paths, const DiskName& disk) {
  DiskIdentity identity;
  const std::string place = paths.in_sys("block/" + std::string(disk.device));
  if (auto rotational = read_trimmed(place + "/queue/rotational"))
    identity.rotational = std::move(*rotational);
  const auto entry = read_trimmed(
      paths.in_root("run/udev/data/b" + std::string(disk.major) + ":" + std::string(disk.minor)));
  if (!entry) return identity;
  const auto properties = parse_udev_properties(*entry);
  const auto get = [&](std::string_view key) {
    const auto property = properties.find(key);
    return property == properties.end() ? std::string() : property->second;
  };
  identity.path = get("ID_PATH");
  identity.wwn = get("ID_WWN");
  identity.model = get("ID_MODEL");
  identity.revision = get("ID_REVISION");
  // SCSI tells a serial number of its own, which is the one printed on the disk; virtio has the
  // long one alone.
  for (const char* key : {"SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"})
    if (identity.serial.empty()) identity.serial = get(key);
  identity.file_system = get("ID_FS_TYPE");
  identity.usage = get("ID_FS_USAGE");
  identity.uuid = get("ID_FS_UUID");
  identity.version = get("ID_FS_VERSION");
  identity.mapper_name = get("DM_NAME");
  identity.mapper_uuid = get("DM_UUID");
  identity.volume_group = get("DM_VG_NAME");
  identity.logical_volume = get("DM_LV_NAME");
  identity.layer = get("DM_LV_LAYER");
  if (!identity.mapper_name.empty())
    if (auto below = list_folder(place + "/slaves")) identity.backing = std::move(*below);
  if (get("ID_ATA").empty()) return identity;
  identity.write_cache = number_of(get("ID_ATA_WRITE_CACHE"));
  identity.write_cache_enabled = number_of(get("ID_ATA_WRITE_CACHE_ENABLED"));
  identity.rotation_rate = number_of(get("ID_ATA_ROTATION_RATE_RPM"));
  return identity;
}

void write_disk_identity(const DiskName& disk, const DiskIdentity& is, MetricWriter& out) {
  out.sample(kDiskInfo,
             {disk.device, disk.major, disk.minor, is.path, is.wwn, is.model, is.serial,
              is.revision, is.rotational},
             1);
  if (!is.file_system.empty())
    out.sample(kFileSystem, {disk.device, is.file_system, is.usage, is.uuid, is.version}, 1);
  if (!is.mapper_name.empty())
    out.sample(
        kMapper,
        {disk.device, is.mapper_name, is.mapper_uuid, is.volume_group, is.logical_volume, is.layer},
        1);
  for (const std::string& device : is.backing) out.sample(kBacking, {disk.device, device}, 1);
  if (is.write_cache) out.sample(kWriteCache, {disk.device}, *is.write_cache);
  if (is.write_cache_enabled)
    out.sample(kWriteCacheEnabled, {disk.device}, *is.write_cache_enabled);
  if (is.rotation_rate) out.sample(kRotationRate, {disk.device}, *is.rotation_rate);
}

std::map<std::string, std::string, std::less<>> parse_udev_properties(std::string_view entry) {
  std::map<std::string, std::string, std::less<>> properties;
  Scanner scan(entry);
  while (!scan.at_end()) {
    const std::string_view line = scan.line();
    const std::size_t equals = line.find('=');
    if (!line.starts_with("E:") || equals == std::string_view::npos) continue;
    properties[std::string(line.substr(2, equals - 2))] = line.substr(equals + 1);
  }
  return properties;
}

}  // namespace lapwing::collectors::host
