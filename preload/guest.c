/* SPDX-License-Identifier: MIT */
/* What this process knows of itself; see guest.h. */
#include "preload/guest.h"

#include <linux/mman.h>

#include "preload/objects.h"
#include "preload/path_hash.h"
#include "preload/process.h"
#include "preload/raw.h"
#include "preload/setting.h"
#include "preload/text.h"

#define SENT_SLOTS  8192u /* a power of two; 64 KiB of which a small program touches little */
#define SENT_PROBES 4u

#ifdef __aarch64__
#define PAGE_SIZE_MAX 65536
#else
#define PAGE_SIZE_MAX 4096
#endif

/* What guest_enter has to do; 0 is what the kernel leaves in a forked child. */
enum guest_state { GUEST_NEW, GUEST_QUIET, GUEST_LOADING };

/* Everything that a forked child must not inherit: it is another process. */
static struct {
	int state;	      /* of enum guest_state */
	int pid;	      /* 0 until this process has introduced itself */
	unsigned cwd_version; /* goes up with every chdir */
	unsigned cwd_held;    /* the version that `cwd` holds; never equal to 0 when filled */
	bool cwd_differs;     /* between threads: `cwd` is not used */
	unsigned cwd_busy;    /* somebody is filling `cwd` */
	size_t cwd_length;
	uint64_t cwd_hash;
	int writing;	/* threads */
	int opening;	/* threads that use a descriptor which line_keeps() does not know of */
	int taking;	/* threads of the program in the middle of a dup2 */
	uintptr_t lost; /* of a size that every machine counts atomically */
	char cwd[4096];
	uint64_t sent[SENT_SLOTS];
} own __attribute__((aligned(PAGE_SIZE_MAX)));

/* What a child may inherit: it is the same for all. */
static struct {
	bool ready;
	bool silent;
	bool sandboxed; /* and that is why */
	bool everything;
	bool traces;
	char setting[GUEST_SETTING_MAX];
	const char *folder; /* in it */
	int introduced;	    /* the last of the line that has introduced itself */
} common;

/* How deep in sending this thread is: a signal may have interrupted it there. */
static __thread int writing_here;
static __thread int opening_here;

#define LOAD(variable)	       __atomic_load_n(&(variable), __ATOMIC_ACQUIRE)
#define STORE(variable, value) __atomic_store_n(&(variable), (value), __ATOMIC_RELEASE)

/* MODE:FOLDER behind the variable's name. */
static bool take_setting(void)
{
	static const struct {
		const char *name;
		bool everything, traces;
	} modes[] = {
	    {GUEST_RELOAD, false, false},
	    {GUEST_EVERYTHING, true, false},
	    {GUEST_TRACE, false, true},
	    {GUEST_TRACE_EVERYTHING, true, true},
	};
	const char *mode = text_after(common.setting, GUEST_VARIABLE "=");

	for (size_t i = 0; mode != NULL && i < sizeof(modes) / sizeof(*modes); i++) {
		const char *folder = text_after(mode, modes[i].name);

		if (folder != NULL) {
			common.everything = modes[i].everything;
			common.traces = modes[i].traces;
			common.folder = folder;
			return folder[0] == '/';
		}
	}
	return false;
}

/* The first hook of this process, or of a forked child (whose `own` the kernel has wiped). */
static __attribute__((noinline)) bool begin(void)
{
	bool forked = LOAD(common.ready);
	int nobody = 0;
	unsigned fresh = 0;
	bool final;

	if (LOAD(common.silent)) {
		return false;
	}
	if (!forked) {
		if (!setting_find(common.setting, &final) || !take_setting()) {
			STORE(common.silent, final);
			return false;
		}
		/* Where the kernel cannot, a forked child is taken for a vfork child. */
		RAW_CALL(__NR_madvise, &own, sizeof(own), MADV_WIPEONFORK, 0, 0, 0);
		STORE(common.ready, true);
	}
	/* Before the pid, which is what other threads wait for: a version that nothing holds yet.
	 */
	__atomic_compare_exchange_n(&own.cwd_version, &fresh, 1, false, __ATOMIC_ACQ_REL,
				    __ATOMIC_ACQUIRE);
	/* Of several threads that meet here, one introduces the process. */
	if (!__atomic_compare_exchange_n(&own.pid, &nobody, raw_getpid(), false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		return true;
	}
	process_introduce(forked);
	STORE(own.state, GUEST_QUIET);
	return true;
}

/* Objects have been loaded since; of several threads that meet here, one looks. */
static __attribute__((noinline)) bool attend(void)
{
	int loading = GUEST_LOADING;

	if (LOAD(own.state) == GUEST_NEW) {
		return begin();
	}
	if (__atomic_compare_exchange_n(&own.state, &loading, GUEST_QUIET, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE)) {
		objects_tell_new();
	}
	return true;
}

bool guest_enter(void)
{
	return LOAD(own.state) == GUEST_QUIET || attend();
}

void guest_silence(bool silent)
{
	STORE(common.silent, silent);
	STORE(common.sandboxed, silent);
	/* Silent: every hook comes to begin() again, and learns it there. */
	STORE(own.pid, silent ? 0 : raw_getpid());
	STORE(own.state, silent ? GUEST_NEW : GUEST_QUIET);
}

bool guest_is_silenced(void)
{
	return LOAD(common.sandboxed);
}

void guest_expect_objects(void)
{
	int quiet = GUEST_QUIET;

	__atomic_compare_exchange_n(&own.state, &quiet, GUEST_LOADING, false, __ATOMIC_ACQ_REL,
				    __ATOMIC_ACQUIRE);
}

const char *guest_setting(void)
{
	return common.setting;
}

const char *guest_folder(void)
{
	return common.folder;
}

bool guest_wants_everything(void)
{
	return common.everything;
}

bool guest_traces(void)
{
	return common.traces;
}

bool guest_owns_memory(void)
{
	return guest_owns_memory_as(raw_getpid());
}

bool guest_owns_memory_as(int pid)
{
	return LOAD(own.pid) == pid;
}

/* The lowest bit of a key is always set (path_key), the others are spread. */
static uint64_t *sent_slot(uint64_t key, unsigned probe)
{
	return &own.sent[((key >> 1) + probe) & (SENT_SLOTS - 1)];
}

bool guest_has_sent(uint64_t key)
{
	for (unsigned probe = 0; probe < SENT_PROBES; probe++) {
		if (LOAD(*sent_slot(key, probe)) == key) {
			return key != 0;
		}
	}
	return false;
}

void guest_mark_sent(uint64_t key)
{
	for (unsigned probe = 0; probe < SENT_PROBES; probe++) {
		uint64_t *slot = sent_slot(key, probe);

		if (LOAD(*slot) == 0) {
			STORE(*slot, key);
			return;
		}
	}
	/* Crowded: forget one; which one does not matter, it will only be sent again. */
	STORE(*sent_slot(key, (unsigned)(key >> 40) % SENT_PROBES), key);
}

void guest_forget_sent(uint64_t key)
{
	for (unsigned probe = 0; probe < SENT_PROBES; probe++) {
		if (LOAD(*sent_slot(key, probe)) == key) {
			STORE(*sent_slot(key, probe), 0);
		}
	}
}

static bool fill_cwd(void)
{
	unsigned version = LOAD(own.cwd_version);
	unsigned idle = 0;
	long length;

	/* A try, not a lock: another thread or the code that this signal interrupted may be at it.
	 */
	if (!__atomic_compare_exchange_n(&own.cwd_busy, &idle, 1, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE)) {
		return false;
	}
	STORE(own.cwd_held, 0);
	length = raw_getcwd(own.cwd, sizeof(own.cwd));
	if (length > 1 && own.cwd[0] == '/') {
		own.cwd_length = (size_t)length - 1;
		own.cwd_hash = path_hash_of(own.cwd, own.cwd_length);
		STORE(own.cwd_held, version);
	}
	STORE(own.cwd_busy, 0);
	return LOAD(own.cwd_held) == version;
}

bool guest_cwd(struct guest_cwd *cwd)
{
	unsigned version = LOAD(own.cwd_version);

	if (LOAD(own.cwd_differs)) {
		return false;
	}
	if (LOAD(own.cwd_held) != version && (!guest_owns_memory() || !fill_cwd())) {
		return false;
	}
	cwd->text = own.cwd;
	cwd->length = own.cwd_length;
	cwd->hash = own.cwd_hash;
	cwd->version = version;
	return guest_cwd_holds(cwd);
}

bool guest_cwd_holds(const struct guest_cwd *cwd)
{
	return LOAD(own.cwd_held) == cwd->version && LOAD(own.cwd_version) == cwd->version;
}

void guest_cwd_changed(void)
{
	__atomic_add_fetch(&own.cwd_version, 1, __ATOMIC_ACQ_REL);
}

/*
 * One who writes counts itself first and looks then which number is ours; one who takes a number
 * looks last whether anybody writes. Only in one order for all (SEQ_CST) does one of the two see
 * the other.
 */
void guest_begin_writing(void)
{
	__atomic_add_fetch(&own.writing, 1, __ATOMIC_SEQ_CST);
	writing_here++;
}

void guest_end_writing(void)
{
	writing_here--;
	__atomic_sub_fetch(&own.writing, 1, __ATOMIC_ACQ_REL);
}

bool guest_others_are_writing(void)
{
	return __atomic_load_n(&own.writing, __ATOMIC_SEQ_CST) > writing_here;
}

void guest_begin_opening(void)
{
	__atomic_add_fetch(&own.opening, 1, __ATOMIC_SEQ_CST);
	opening_here++;
}

void guest_end_opening(void)
{
	opening_here--;
	__atomic_sub_fetch(&own.opening, 1, __ATOMIC_SEQ_CST);
}

bool guest_others_are_opening(void)
{
	return __atomic_load_n(&own.opening, __ATOMIC_SEQ_CST) > opening_here;
}

void guest_begin_taking(void)
{
	__atomic_add_fetch(&own.taking, 1, __ATOMIC_SEQ_CST);
}

void guest_end_taking(void)
{
	__atomic_sub_fetch(&own.taking, 1, __ATOMIC_SEQ_CST);
}

bool guest_others_are_taking(void)
{
	return __atomic_load_n(&own.taking, __ATOMIC_SEQ_CST) > 0;
}

void guest_cwd_differs(void)
{
	STORE(own.cwd_differs, true);
}

int guest_take_ancestor(void)
{
	int ancestor = LOAD(common.introduced);

	STORE(common.introduced, raw_getpid());
	return ancestor;
}

bool guest_lost(uint64_t count)
{
	return __atomic_fetch_add(&own.lost, (uintptr_t)count, __ATOMIC_ACQ_REL) == 0;
}

uint64_t guest_take_lost(void)
{
	return guest_has_lost() ? __atomic_exchange_n(&own.lost, 0, __ATOMIC_ACQ_REL) : 0;
}

bool guest_has_lost(void)
{
	return LOAD(own.lost) != 0;
}
