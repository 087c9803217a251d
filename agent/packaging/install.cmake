# Runs at install time, where the prefix and DESTDIR are known; LAPWING_PACKAGING is this folder.
# With the prefix /usr everything lands where Debian expects it; with another one (/usr/local) the
# configuration goes below it, and the unit names what was installed.
set(prefix "${CMAKE_INSTALL_PREFIX}")
if(prefix STREQUAL "/usr" OR prefix STREQUAL "/")
  set(configuration_folder "/etc/lapwing")
else()
  set(configuration_folder "${prefix}/etc/lapwing")
endif()

# lib, never lib/x86_64-linux-gnu: systemd looks nowhere else.
file(READ "${LAPWING_PACKAGING}/lapwing.service" unit)
string(REPLACE "/usr/bin/lapwing" "${prefix}/bin/lapwing" unit "${unit}")
string(REPLACE "/etc/lapwing/" "${configuration_folder}/" unit "${unit}")
string(REPLACE "//bin" "/bin" unit "${unit}")
file(WRITE "${LAPWING_STAGE}/lapwing.service" "${unit}")
file(INSTALL DESTINATION "${prefix}/lib/systemd/system" TYPE FILE
  FILES "${LAPWING_STAGE}/lapwing.service")
file(INSTALL DESTINATION "${prefix}/lib/sysusers.d" TYPE FILE RENAME "lapwing.conf"
  FILES "${LAPWING_PACKAGING}/sysusers.conf")

# What the person has written stays.
if(EXISTS "$ENV{DESTDIR}${configuration_folder}/lapwing.yml")
  message(STATUS "Kept: $ENV{DESTDIR}${configuration_folder}/lapwing.yml")
else()
  file(INSTALL DESTINATION "${configuration_folder}" TYPE FILE
    FILES "${LAPWING_PACKAGING}/lapwing.yml")
endif()
