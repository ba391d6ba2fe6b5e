/* SPDX-License-Identifier: MIT */
/* Which filesystems tell of changes that are made elsewhere; see filesystems.h. */
#include "launcher/filesystems.h"

#include <errno.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/vfs.h>

#include "launcher/path.h"

/* What <linux/magic.h> lacks; statfs(2) lists some of them, the rest are in the kernel's sources.
 */
#define MAGIC_9P       0x01021997u
#define MAGIC_CEPH     0x00c36400u
#define MAGIC_CIFS     0xff534d42u
#define MAGIC_FUSE     0x65735546u /* virtiofs too, and sshfs, bindfs, rclone ... */
#define MAGIC_GFS2     0x01161970u
#define MAGIC_LUSTRE   0x0bd00bd0u
#define MAGIC_PARALLEL 0x7c7c6673u /* Parallels' shared folders */
#define MAGIC_SMB2     0xfe534d42u
#define MAGIC_VBOXSF   0x786f4256u
#define MAGIC_VMHGFS   0xbacbacbcu /* VMware's shared folders */

static const uint32_t silent[] = {
    AFS_SUPER_MAGIC, AFS_FS_MAGIC,	CODA_SUPER_MAGIC, NCP_SUPER_MAGIC, NFS_SUPER_MAGIC,
    SMB_SUPER_MAGIC, OCFS2_SUPER_MAGIC, MAGIC_9P,	  MAGIC_CEPH,	   MAGIC_CIFS,
    MAGIC_FUSE,	     MAGIC_GFS2,	MAGIC_LUSTRE,	  MAGIC_PARALLEL,  MAGIC_SMB2,
    MAGIC_VBOXSF,    MAGIC_VMHGFS,
};

static bool is_silent(const struct statfs *found)
{
	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		if ((uint32_t)found->f_type == silent[i]) {
			return true;
		}
	}
	return false;
}

bool filesystem_tells(const char *path)
{
	struct statfs found;
	char at[PATH_MAX];
	char above[PATH_MAX];

	if (!path_copy(at, path)) {
		return true;
	}
	while (statfs(at, &found) != 0) {
		if ((errno != ENOENT && errno != ENOTDIR) || strcmp(at, "/") == 0 ||
		    !path_folder(above, at) || !path_copy(at, above)) {
			return true;
		}
	}
	return !is_silent(&found);
}
