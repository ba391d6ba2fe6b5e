/* SPDX-License-Identifier: MIT */
/*
 * Programs that meet a limit.
 *
 *   limits descriptors   opens files until there are no more descriptors
 *   limits disk FILE     writes until the disk is full
 *   limits memory COUNT  opens files/0 to files/COUNT-1, and tells how much memory it has, in KiB
 *   limits filter-program FILE                 lets cat show FILE, under one that it inherits
 *   limits filter-prctl|filter-syscall FILE    shows FILE, under a seccomp filter that kills it for
 *                                              any system call but the few that this needs
 *   limits filter-early FILE    the same, for a program that has not opened anything before
 *   limits strict FILE   shows FILE, opened before it was left with read, write and exit
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int run_descriptors(void)
{
	int count = 0;

	while (open("first", O_RDONLY) >= 0) { /* NOLINT: until there are no more */
		count++;
	}
	printf("%d files, then %s\n", count, strerrorname_np(errno));
	count = 0;
	while (fopen("first", "re") != NULL) {
		count++;
	}
	printf("%d streams, then %s\n", count, strerrorname_np(errno));
	return 0;
}

static int run_disk(const char *path)
{
	static char block[1000];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	long size = 0;
	ssize_t written;

	while ((written = write(fd, block, sizeof(block))) > 0) {
		size += written;
	}
	printf("%ld bytes, then %s\n", size, strerrorname_np(errno));
	fd = open("full/other", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	written = write(fd, block, sizeof(block));
	printf("another file: %zd, %s\n", written, strerrorname_np(errno));
	return 0;
}

static long private_kib(void)
{
	char line[256];
	long kib = 0;
	FILE *rollup = fopen("/proc/self/smaps_rollup", "re");

	while (rollup != NULL && fgets(line, sizeof(line), rollup) != NULL) {
		char *colon = strchr(line, ':');

		if (colon != NULL && strncmp(line, "Private", strlen("Private")) == 0) {
			kib += strtol(colon + 1, NULL, 10);
		}
	}
	if (rollup != NULL) {
		(void)fclose(rollup);
	}
	return kib;
}

static int run_memory(int count)
{
	int opened = 0;

	for (int i = 0; i < count; i++) {
		char name[32];
		int fd;

		(void)snprintf(name, sizeof(name), "files/%d", i);
		fd = open(name, O_RDONLY | O_CLOEXEC);
		opened += fd >= 0 && close(fd) == 0;
	}
	printf("%d %ld\n", opened, private_kib());
	return 0;
}

/* What this program calls from there on, and what libc may need for it. */
static const unsigned allowed[] = {
    SYS_openat, SYS_read,   SYS_write, SYS_close,    SYS_fstat, SYS_newfstatat,
    SYS_mmap,	SYS_munmap, SYS_brk,   SYS_mprotect, SYS_lseek, SYS_exit_group,
#ifdef SYS_open
    SYS_open,
#endif
};

#define ALLOWED (sizeof(allowed) / sizeof(*allowed))
#define LOAD(field)                                                                                \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))

static int install_filter(int by_number)
{
	struct sock_filter code[ALLOWED + 3];
	struct sock_fprog program = {.len = ALLOWED + 3, .filter = code};

	code[0] = (struct sock_filter)LOAD(nr);
	for (size_t i = 0; i < ALLOWED; i++) {
		code[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i],
							   (unsigned char)(ALLOWED - i), 0);
	}
	code[ALLOWED + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[ALLOWED + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return -1;
	}
	return by_number ? (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)
			 : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* What neither this program nor cat(1) calls, but who looks about himself may. */
static const unsigned forbidden[] = {SYS_getppid, SYS_readlinkat, SYS_process_vm_readv, SYS_gettid,
				     SYS_getpid};

#define FORBIDDEN (sizeof(forbidden) / sizeof(*forbidden))

/* Under a filter that kills for these: closes what there is to close, and executes a program. */
static int run_filtered_program(const char *path)
{
	struct sock_filter code[FORBIDDEN + 3];
	struct sock_fprog program = {.len = FORBIDDEN + 3, .filter = code};

	code[0] = (struct sock_filter)LOAD(nr);
	for (size_t i = 0; i < FORBIDDEN; i++) {
		code[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, forbidden[i],
							   (unsigned char)(FORBIDDEN - i), 0);
	}
	code[FORBIDDEN + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[FORBIDDEN + 2] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	close(open("first", O_RDONLY | O_CLOEXEC));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
		return 3;
	}
	for (int fd = 3; fd < 1024; fd++) {
		close(fd);
	}
	execl("/bin/cat", "cat", path, (char *)NULL);
	return 4;
}

static int copy_out(int fd)
{
	char bytes[256];
	ssize_t length = read(fd, bytes, sizeof(bytes));

	return length > 0 && write(1, bytes, (size_t)length) == length ? 0 : 1;
}

static int run_filter(const char *how, const char *path)
{
	struct stat status;
	int fd;

	if (strcmp(how, "filter-early") != 0) {
		close(open("first", O_RDONLY | O_CLOEXEC));
	}
	if (install_filter(strcmp(how, "filter-syscall") == 0) != 0) {
		return 3;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || stat(path, &status) != 0 || open("missing", O_RDONLY | O_CLOEXEC) >= 0) {
		return 4;
	}
	return copy_out(fd);
}

static int run_strict(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) != 0) {
		return 3;
	}
	syscall(SYS_exit, copy_out(fd)); /* exit_group is not among what is left */
	return 5;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	const char *what = argc > 2 ? argv[2] : "";

	if (strcmp(how, "descriptors") == 0) {
		return run_descriptors();
	}
	if (strcmp(how, "disk") == 0) {
		return run_disk(what);
	}
	if (strcmp(how, "memory") == 0) {
		return run_memory(atoi(what));
	}
	if (strcmp(how, "strict") == 0) {
		return run_strict(what);
	}
	if (strcmp(how, "filter-program") == 0) {
		return run_filtered_program(what);
	}
	return run_filter(how, what);
}
