#include "collectors/host/disk_identity.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

namespace {

Samples identity_of(const BareHost& host) {
  collectors::MetricWriter writer(100);
  writer.begin();
  const DiskName disk{"dm-0", "253", "0"};
  write_disk_identity(disk, look_up_disk(host.bed.context.paths, disk), writer);
  return samples_of(writer);
}

}  // namespace

TEST_CASE(
    "disk identity: udev's properties are its E lines, others and malformed ones are skipped") {
  const auto properties = parse_udev_properties("S:x=y\nE:A=b=c\nE:EMPTY=\nE:none\nE:CUT=sho");
  CHECK(properties.size() == 3);
  CHECK(properties.at("A") == "b=c");
  CHECK(properties.at("EMPTY").empty());
  CHECK(properties.at("CUT") == "sho");
  CHECK(parse_udev_properties("").empty());
}

TEST_CASE("disk identity: the long serial number where there is no other") {
  BareHost host;
  host.root("run/udev/data/b253:0", "E:ID_SERIAL=long\n");
  CHECK(look_up_disk(host.bed.context.paths, {"dm-0", "253", "0"}).serial == "long");
  host.root("run/udev/data/b253:0", "E:ID_SERIAL=long\nE:ID_SERIAL_SHORT=short\n");
  CHECK(look_up_disk(host.bed.context.paths, {"dm-0", "253", "0"}).serial == "short");
}

TEST_CASE("disk identity: without udev's entry there is node_disk_info alone") {
  const BareHost host;
  CHECK(identity_of(host).size() == 1);
}

TEST_CASE("disk identity: file system, mapped devices and ATA's properties where udev has them") {
  BareHost host;
  host.root("run/udev/data/b253:0",
            "E:ID_FS_TYPE=ext4\nE:ID_FS_USAGE=filesystem\nE:ID_FS_UUID=u\nE:ID_FS_VERSION=1.0\n"
            "E:DM_NAME=vg-lv\nE:DM_UUID=LVM-x\nE:DM_VG_NAME=vg\nE:DM_LV_NAME=lv\n"
            "E:ID_ATA=1\nE:ID_ATA_WRITE_CACHE=1\nE:ID_ATA_WRITE_CACHE_ENABLED=0\n"
            "E:ID_ATA_ROTATION_RATE_RPM=no number\n");
  host.sys("block/dm-0/slaves/sdb/size", "1\n");
  host.sys("block/dm-0/slaves/sda/size", "1\n");
  const Samples found = identity_of(host);
  CHECK(
      found.at(
          R"(node_disk_filesystem_info{device="dm-0",type="ext4",usage="filesystem",uuid="u",version="1.0"})") ==
      1);
  CHECK(
      found.at(
          R"(node_disk_device_mapper_info{device="dm-0",name="vg-lv",uuid="LVM-x",vg_name="vg",lv_name="lv",lv_layer=""})") ==
      1);
  CHECK(found.at(
            R"(node_disk_device_mapper_backing_device_info{device="dm-0",backing_device="sda"})") ==
        1);
  CHECK(found.at(
            R"(node_disk_device_mapper_backing_device_info{device="dm-0",backing_device="sdb"})") ==
        1);
  CHECK(found.at(R"(node_disk_ata_write_cache{device="dm-0"})") == 1);
  CHECK(found.at(R"(node_disk_ata_write_cache_enabled{device="dm-0"})") == 0);
  CHECK(found.size() == 7);
}

TEST_CASE("disk identity: ATA's properties count for ATA disks alone") {
  BareHost host;
  host.root("run/udev/data/b253:0", "E:ID_ATA_WRITE_CACHE=1\n");
  CHECK(identity_of(host).size() == 1);
}
