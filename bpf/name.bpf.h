/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mapping's name, taken in the kernel at the fault: valid for that moment, also
 * when the process is gone before its record is read, in any mount namespace.
 * A name is sent before the first fault that has it; what identifies it (the dentry, the
 * inode, the components of its path) is hashed to the id that fault records carry, so that
 * a file has a new id when it is renamed, or a directory above it.
 */
#ifndef FT_NAME_BPF_H
#define FT_NAME_BPF_H

#include "vma.bpf.h"

/*
 * How many components and mounts a walk goes up: all that a path can have, or fewer where the
 * verifier follows each step of a loop.
 */
#define NAME_PARTS_MAX (has_iter_num ? FT_NAME_MAX / 2 : 48)

/* How many components and mounts above a file can be renamed, and its faults get a new name. */
#define NAME_HASHED_MAX 48

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, __u8);
} names_sent SEC(".maps");

/*
 * Buffers of a CPU in which names are put together. Some kernels preempt a program while it writes
 * to one, and the next program as well: each takes a buffer that no other one uses.
 */
struct name_place {
	__u64 users;
	struct ft_name name;
};

#define NAME_PLACES 3

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NAME_PLACES);
	__type(key, __u32);
	__type(value, struct name_place);
} name_places SEC(".maps");

static __always_inline void name_leave(struct name_place *place)
{
	__sync_fetch_and_add(&place->users, -1);
}

/* NULL: all are in use. */
static __always_inline struct name_place *name_enter(void)
{
	struct name_place *place;

	for (__u32 i = 0; i < NAME_PLACES; i++) {
		__u32 key = i;

		place = bpf_map_lookup_elem(&name_places, &key);
		if (!place)
			return NULL;
		__sync_fetch_and_add(&place->users, 1);
		if (*(volatile __u64 *)&place->users == 1)
			return place;
		name_leave(place);
	}
	return NULL;
}

/*
 * The first value is mixed, too, with hash 0: unmixed, two values (a process id and an
 * address, or a time and a thread id) can differ in the same bits, and give the same hash.
 */
static __always_inline __u64 mix(__u64 hash, __u64 value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
	return hash ^ (hash >> 32);
}

/* Appends one NUL-ended string of kernel memory; false when it did not fit. */
static __always_inline bool name_append(struct ft_name *name, const void *text)
{
	__u32 len = name->len;
	long n;

	if (len > FT_NAME_MAX - FT_NAME_PART)
		return false;
	n = bpf_probe_read_kernel_str(name->text + (len & (FT_NAME_MAX - 1)), FT_NAME_PART, text);
	if (n <= 0)
		return false;
	name->len = len + (n & (2 * FT_NAME_PART - 1));
	return true;
}

static __always_inline bool dentry_unlinked(struct dentry *dentry)
{
	return !kread(dentry, struct dentry, d_hash.pprev) &&
	       kread(dentry, struct dentry, d_parent) != dentry;
}

static __always_inline struct mount *mount_of(__u64 vfsmnt)
{
	return (void *)(vfsmnt - bpf_core_field_offset(struct mount, mnt));
}

struct walk {
	struct ft_name *name;
	struct mount *mnt;
	struct dentry *dentry;
	bool whole;
};

/* Goes up one component, or one mount; false if it was the last, or did not fit. */
static __always_inline bool name_step(struct walk *walk)
{
	struct dentry *dentry = walk->dentry, *parent = kread(dentry, struct dentry, d_parent);

	if (dentry == kread(walk->mnt, struct mount, mnt.mnt_root) || dentry == parent) {
		struct mount *above = kread(walk->mnt, struct mount, mnt_parent);

		walk->whole = above == walk->mnt || !above;
		walk->dentry = kread(walk->mnt, struct mount, mnt_mountpoint);
		walk->mnt = above;
		return !walk->whole;
	}
	walk->dentry = parent;
	return name_append(walk->name, kread(dentry, struct dentry, d_name.name));
}

/* Components from the leaf up, across mounts; false if the root was not reached. */
static __always_inline bool name_walk(struct ft_name *name, __u64 vfsmnt, struct dentry *dentry)
{
	struct walk walk = {
		.name = name,
		.mnt = mount_of(vfsmnt),
		.dentry = dentry,
	};

	repeat_rarely(NAME_PARTS_MAX, name_step(&walk));
	return walk.whole;
}

/*
 * Adds the components of a path to a hash: the path changes with each of them. (The kernel keeps a
 * hash of each name.) It runs at each fault that is to have a name, so it is a loop in C, where
 * name_walk() may call a function for each step.
 *
 * Not static: the verifier then follows the loop once for each program. With a static function it
 * would for each call and each state before it: --by symbol,file took ten times as long to load.
 */
__noinline __u64 name_hash(__u64 hash, __u64 vfsmnt, __u64 leaf)
{
	struct dentry *dentry = (void *)leaf;
	struct mount *mnt = mount_of(vfsmnt), *above;
	struct dentry *top = kread(mnt, struct mount, mnt.mnt_root), *parent;

	for (int i = 0; i < NAME_HASHED_MAX; i++) {
		parent = kread(dentry, struct dentry, d_parent);
		if (dentry != top && dentry != parent) {
			hash = mix(hash, kread(dentry, struct dentry, d_name.hash_len));
			dentry = parent;
			continue;
		}
		above = kread(mnt, struct mount, mnt_parent);
		if (above == mnt)
			break;
		dentry = kread(mnt, struct mount, mnt_mountpoint);
		mnt = above;
		top = kread(mnt, struct mount, mnt.mnt_root);
	}
	return hash;
}

struct name_source {
	__u64 id;
	__u64 inode;
	__u64 mnt;
	struct dentry *dentry; /* or NULL: text */
	const void *text;
	__u32 form;
};

/* Files without a place in the tree have a form of their own (d_dname()). */
static __always_inline __u32 dentry_form(struct dentry *dentry)
{
	const struct dentry_operations *ops = kread(dentry, struct dentry, d_op);
	__u64 magic;

	if (!ops || !kread(ops, struct dentry_operations, d_dname))
		return dentry_unlinked(dentry) ? FT_NAME_DELETED : FT_NAME_PATH;
	magic = kread(kread(dentry, struct dentry, d_sb), struct super_block, s_magic);
	if (magic == ANON_INODE_FS_MAGIC)
		return FT_NAME_ANONFD;
	if (magic == SOCKFS_MAGIC)
		return FT_NAME_SOCKET;
	return FT_NAME_SIMPLE;
}

static __always_inline bool name_of_file(struct thread *th, struct name_source *source)
{
	struct dentry *dentry;

	file_shown_path(th->file, &source->mnt, &dentry);
	if (!dentry)
		return false;
	source->dentry = dentry;
	source->inode = th->rec.vma.inode;
	source->form = dentry_form(dentry);
	if (source->form != FT_NAME_PATH && source->form != FT_NAME_DELETED)
		source->text = kread(dentry, struct dentry, d_name.name);
	source->id =
		mix(mix(mix(mix(0, (__u64)dentry), source->mnt), th->rec.vma.inode), source->form);
	source->id = name_hash(source->id, source->mnt, (__u64)dentry);
	return true;
}

/* The name of anonymous memory or of a special mapping: a string that the kernel keeps. */
static __always_inline bool name_of_memory(struct thread *th, struct name_source *source)
{
	__u64 head = 0;

	if (!th->namer)
		return false;
	source->form = th->namer_form;
	if (source->form == FT_NAME_VERBATIM)
		source->text = kread((void *)th->namer, struct vm_special_mapping, name);
	else if (bpf_core_type_exists(struct anon_vma_name___compat))
		source->text = (void *)(th->namer +
					bpf_core_field_offset(struct anon_vma_name___compat, name));
	else
		return false;
	bpf_probe_read_kernel(&head, sizeof(head), source->text);
	/* A driver may keep anything but a name behind vm_private_data. */
	if (source->form == FT_NAME_VERBATIM && (head & 0xff) != '[')
		return false;
	source->id = mix(mix(mix(0, (__u64)source->text), head), source->form);
	return true;
}

/* Puts the name together, and sends it. */
static __always_inline bool name_send_from(struct ft_name *name, struct name_source *source)
{
	__u32 len;

	name->h.type = FT_RECORD_NAME;
	name->h.cpu = bpf_get_smp_processor_id();
	name->h.time_ns = bpf_ktime_get_ns();
	name->id = source->id;
	name->inode = source->inode;
	name->form = source->form;
	name->len = 0;
	if (source->text)
		name_append(name, source->text);
	else if (!name_walk(name, source->mnt, source->dentry))
		name->form |= FT_NAME_CUT;
	len = name->len;
	if (!len || len > FT_NAME_MAX)
		return false;
	len += sizeof(*name) - FT_NAME_MAX;
	name->h.size = len;
	return !bpf_ringbuf_output(&ring, name, len, BPF_RB_NO_WAKEUP);
}

static __always_inline bool name_send(struct name_source *source)
{
	struct name_place *place = name_enter();
	bool sent = place && name_send_from(&place->name, source);

	if (place)
		name_leave(place);
	return sent;
}

/*
 * Gives the record's mapping the id of a name that was sent. Without an id user space
 * asks /proc/PID/maps, and believes it only if the mapping is still the same.
 */
static __noinline void name_mapping(struct thread *th)
{
	struct name_source source = {};
	__u8 one = 1;

	if (!(th->rec.vma.facts & FT_VMA_COVERS))
		return;
	if (!(th->file ? name_of_file(th, &source) : name_of_memory(th, &source))) {
		th->rec.vma.name_id = 0;
		return;
	}
	/* The same file under the same name as in this thread's last fault. */
	if (th->rec.vma.name_id == source.id)
		return;
	th->rec.vma.name_id = 0;
	if (!bpf_map_lookup_elem(&names_sent, &source.id)) {
		if (!name_send(&source))
			return;
		bpf_map_update_elem(&names_sent, &source.id, &one, BPF_ANY);
	}
	th->rec.vma.name_id = source.id;
}

#endif /* FT_NAME_BPF_H */
