/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapping an address lies in, and what is kept of it. If handle_mm_fault is not
 * hooked, the VMA is found by walking the process's tree without a lock:
 * every step may read memory that was just freed, so the result is believed only
 * if it is a VMA of this mm that covers the address. (bpf_find_vma() would take
 * mmap_lock and release it through an irq_work: 12 us a call.)
 */
#ifndef FT_VMA_BPF_H
#define FT_VMA_BPF_H

#include "thread.bpf.h"

#define VM_READ		0x00000001
#define VM_WRITE	0x00000002
#define VM_EXEC		0x00000004
#define VM_SHARED	0x00000008
#define VM_MAYSHARE	0x00000080
#define VM_UFFD_MISSING 0x00000200
#define VM_PFNMAP	0x00000400
#define VM_UFFD_WP	0x00001000
#define VM_HUGETLB	0x00400000

#define S_IFMT		    0170000
#define S_IFREG		    0100000
#define S_IFBLK		    0060000
#define S_DAX		    (1 << 13)
#define TMPFS_MAGIC	    0x01021994
#define ANON_INODE_FS_MAGIC 0x09041934
#define SOCKFS_MAGIC	    0x534F434B
#define SECRETMEM_MAGIC	    0x5345434d

/* Maple nodes are 256 bytes, aligned; the low bits hold the type and flags. */
#define MAPLE_NODE_MASK	    0xffULL
#define MAPLE_TYPE_SHIFT    3
#define MAPLE_TYPE_MASK	    0xf
#define MAPLE_LEAF_MAX	    1 /* maple_dense, maple_leaf_64 */
#define MAPLE_ARANGE	    3 /* maple_arange_64 */
#define MAPLE_DEPTH_MAX	    10
#define MAPLE_PIVOTS	    15 /* of the other types */
#define MAPLE_ARANGE_PIVOTS 9

/* 1 if this pivot's range ends before addr, a user address. A pivot of 0 is unused: 0. */
static __always_inline __u64 pivot_below(__u64 pivot, __u64 addr)
{
	__u64 last = pivot - 1;

	return ((last - (addr - 1)) & ~last) >> 63;
}

/*
 * Loads a node's four cache lines at once: among 60 000 mappings each is a miss, and
 * the search below would wait for one after the other. Saves 200 ns a fault.
 */
static __always_inline void node_load(__u64 node)
{
	/* Where a read is a call of a helper, this would cost what it saves. */
	if (!has_rdonly_cast)
		return;
	for (int line = 0; line < 4; line++)
		asm volatile("" : : "r"(kread64(node + 64 * line)));
}

/*
 * The slot of this node whose range holds addr: the first whose pivot is not
 * below it. A binary search without branches, since the verifier would follow
 * each of them. Behind the few pivots of an arange node it reads slots as pivots:
 * kernel addresses and zeros, never below.
 */
static __always_inline __u64 maple_step(__u64 entry, __u64 addr)
{
	__u64 pivots = (entry & ~MAPLE_NODE_MASK) + 8, low = 0;
	bool arange = ((entry >> MAPLE_TYPE_SHIFT) & MAPLE_TYPE_MASK) == MAPLE_ARANGE;
	__u64 slots = pivots + 8 * (arange ? MAPLE_ARANGE_PIVOTS : MAPLE_PIVOTS);

	node_load(entry & ~MAPLE_NODE_MASK);
	for (__u64 step = 8; step; step /= 2)
		low += step * pivot_below(kread64(pivots + 8 * (low + step - 1)), addr);
	return kread64(slots + 8 * low);
}

static __always_inline __u64 maple_find(struct mm_struct *mm, __u64 addr)
{
	__u64 entry = (__u64)kread(mm, struct mm_struct, mm_mt.ma_root);

	for (int depth = 0; depth < MAPLE_DEPTH_MAX; depth++) {
		__u32 type = (entry >> MAPLE_TYPE_SHIFT) & MAPLE_TYPE_MASK;

		/* The root is an internal entry, of a node; or there is no tree. */
		if ((entry & 3) != 2 && depth == 0)
			return 0;
		entry = maple_step(entry, addr);
		if (type <= MAPLE_LEAF_MAX)
			return entry;
		if (!entry)
			return 0;
	}
	return 0;
}

#define RB_DEPTH_MAX 40

static __always_inline __u64 rb_find(struct mm_struct *mm, __u64 addr)
{
	__u64 off = bpf_core_field_offset(struct vm_area_struct___rb, vm_rb);
	struct rb_node *node = kread(mm, struct mm_struct___rb, mm_rb.rb_node);

	for (int depth = 0; depth < RB_DEPTH_MAX && node; depth++) {
		struct vm_area_struct *vma = (void *)((__u64)node - off);

		if (addr >= kread(vma, struct vm_area_struct, vm_end))
			node = kread(node, struct rb_node, rb_right);
		else if (addr < kread(vma, struct vm_area_struct, vm_start))
			node = kread(node, struct rb_node, rb_left);
		else
			return (__u64)vma;
	}
	return 0;
}

static __always_inline struct vm_area_struct *vma_search(struct mm_struct *mm, __u64 addr)
{
	struct vm_area_struct *vma;

	if (bpf_core_field_exists(struct mm_struct, mm_mt))
		vma = (void *)maple_find(mm, addr);
	else
		vma = (void *)rb_find(mm, addr);
	if (!vma || kread(vma, struct vm_area_struct, vm_mm) != mm)
		return NULL;
	return vma;
}

/* The path that /proc/PID/maps shows for a mapped file. */
static __always_inline void file_shown_path(__u64 file, __u64 *mnt, struct dentry **dentry)
{
	struct file *f = (void *)file;

	*mnt = (__u64)kread(f, struct file, f_path.mnt);
	*dentry = kread(f, struct file, f_path.dentry);
	if (!bpf_core_type_exists(struct backing_file___compat) ||
	    !((__u32)kread(f, struct file, f_mode) & FMODE_BACKING_BITS))
		return;

	struct vfsmount *user_mnt = kread(f, struct backing_file___compat, user_path.mnt);
	struct dentry *user = kread(f, struct backing_file___compat, user_path.dentry);

	if (!user || !user_mnt)
		return;

	struct super_block *sb = kread(user, struct dentry, d_sb);

	if (kread(user_mnt, struct vfsmount, mnt_sb) != sb ||
	    kread(sb, struct super_block, s_magic) != OVERLAYFS_SUPER_MAGIC)
		return;
	*mnt = (__u64)user_mnt;
	*dentry = user;
}

/* What backs the mapping; sets the device and inode that /proc/PID/maps shows for it. */
static __always_inline __u32 vma_backing(struct thread *th, __u64 flags)
{
	struct file *file = (void *)th->file;
	struct inode *inode = kread(file, struct file, f_inode);
	struct super_block *sb = kread(inode, struct inode, i_sb);
	__u64 magic = kread(sb, struct super_block, s_magic);
	__u32 mode = kread(inode, struct inode, i_mode) & S_IFMT;
	struct dentry *dentry;
	__u64 mnt;

	th->rec.vma.inode = kread(inode, struct inode, i_ino);
	th->rec.vma.dev = kread(sb, struct super_block, s_dev);
	file_shown_path(th->file, &mnt, &dentry);
	if (dentry != kread(file, struct file, f_path.dentry)) {
		struct inode *shown = kread(dentry, struct dentry, d_inode);

		th->rec.vma.inode = kread(shown, struct inode, i_ino);
		th->rec.vma.dev =
			kread(kread(shown, struct inode, i_sb), struct super_block, s_dev);
	}
	if (flags & VM_HUGETLB)
		return FT_VMA_HUGETLB;
	/* memfd_secret() is a memfd, too. */
	if (magic == TMPFS_MAGIC || magic == SECRETMEM_MAGIC)
		return FT_VMA_SHMEM;
	if ((mode != S_IFREG && mode != S_IFBLK) || magic == ANON_INODE_FS_MAGIC)
		return FT_VMA_DEVICE;
	if ((flags & VM_PFNMAP) || (kread(inode, struct inode, i_flags) & S_DAX))
		return FT_VMA_DEVICE;
	return FT_VMA_FILE;
}

static __always_inline __u32 vma_flag_facts(__u64 flags)
{
	__u32 facts = flags & (VM_READ | VM_WRITE | VM_EXEC | VM_SHARED);

	_Static_assert(FT_VMA_READ == VM_READ << 2 && FT_VMA_WRITE == VM_WRITE << 2 &&
			       FT_VMA_EXEC == VM_EXEC << 2 && FT_VMA_SHARED == VM_SHARED << 2,
		       "one shift turns the kernel's bits into ours");
	facts <<= 2;
	if (flags & VM_MAYSHARE)
		facts |= FT_VMA_MAYSHARE;
	return facts;
}

/* What the userfaultfd of a mapping that has one was registered for. */
static __always_inline __u32 vma_uffd_facts(__u64 flags)
{
	__u32 facts = FT_VMA_UFFD;

	if (flags & VM_UFFD_WP)
		facts |= FT_VMA_UFFD_WP;
	if (flags & VM_UFFD_MISSING)
		facts |= FT_VMA_UFFD_MISSING;
	/* With no known bit it is registered for minor faults: it must be for something. */
	if ((flags & VM_UFFD_MINOR) || facts == FT_VMA_UFFD)
		facts |= FT_VMA_UFFD_MINOR;
	return facts;
}

/* As /proc/PID/maps decides about [heap] and [stack] (get_vma_name()). */
static __always_inline __u32 vma_role(struct ft_fault *rec, struct mm_struct *mm)
{
	__u64 stack = kread(mm, struct mm_struct, start_stack);

	if (rec->vma.start < kread(mm, struct mm_struct, brk) &&
	    rec->vma.end > kread(mm, struct mm_struct, start_brk))
		return FT_VMA_HEAP;
	if (rec->vma.start <= stack && rec->vma.end >= stack)
		return FT_VMA_STACK;
	return 0;
}

/*
 * Copies the mapping into the record. It has to happen before handle_mm_fault
 * runs on: by its return the VMA can be gone.
 */
static __noinline void vma_copy(struct thread *th, struct vm_area_struct *vma, struct mm_struct *mm)
{
	__u64 flags = kread(vma, struct vm_area_struct, vm_flags);
	struct ft_fault *rec = &th->rec;
	__u32 facts = FT_VMA_KNOWN | FT_VMA_COVERS | vma_flag_facts(flags);

	rec->vma.start = kread(vma, struct vm_area_struct, vm_start);
	rec->vma.end = kread(vma, struct vm_area_struct, vm_end);
	rec->vma.inode = 0;
	rec->vma.dev = 0;
	rec->vma.name_id = 0;
	th->namer = 0;
	th->file = (__u64)kread(vma, struct vm_area_struct, vm_file);
	rec->vma.offset = th->file ? kread(vma, struct vm_area_struct, vm_pgoff) << page_shift : 0;
	th->vma_is_fresh = 0;
	if (kread(vma, struct vm_area_struct, vm_userfaultfd_ctx.ctx)) {
		facts |= vma_uffd_facts(flags);
		th->vma_is_fresh = !kread(vma, struct vm_area_struct, anon_vma);
	}
	if (th->file)
		facts |= vma_backing(th, flags);
	if (!kread(vma, struct vm_area_struct, vm_ops)) {
		/* A private map of /dev/zero has a file and is anonymous all the same. */
		facts &= ~(FT_VMA_FILE | FT_VMA_SHMEM | FT_VMA_DEVICE);
		facts |= FT_VMA_ANON;
		if (!th->file) {
			facts |= vma_role(rec, mm);
			th->namer_form = FT_NAME_ANON;
			if (bpf_core_field_exists(struct vm_area_struct___anon_name, anon_name))
				th->namer = (__u64)kread(vma, struct vm_area_struct___anon_name,
							 anon_name);
		}
	} else if (!th->file) {
		facts |= FT_VMA_DEVICE;
		th->namer_form = FT_NAME_VERBATIM;
		th->namer = (__u64)kread(vma, struct vm_area_struct, vm_private_data);
	}
	if (flags & VM_PFNMAP)
		facts |= FT_VMA_DEVICE;
	rec->vma.facts = th->vma_facts = facts;
}

static __always_inline bool vma_covers(const struct ft_fault *rec)
{
	return (rec->vma.facts & FT_VMA_COVERS) && rec->addr >= rec->vma.start &&
	       rec->addr < rec->vma.end;
}

/*
 * Is rec.vma, as it was copied last, the mapping of rec.addr? If not, what is copied next is of
 * the address space as it is now.
 */
static __always_inline bool vma_is_kept(struct thread *th, struct mm_struct *mm)
{
	__u32 generation = 0;
	bool cacheable = mm_generation(mm, &generation);

	if (cacheable && th->vma_mm == (__u64)mm && th->vma_generation == generation) {
		th->rec.vma.facts = th->vma_facts;
		if (vma_covers(&th->rec))
			return true;
	}
	th->vma_mm = cacheable ? (__u64)mm : 0;
	th->vma_generation = generation;
	return false;
}

/*
 * Of a program at handle_mm_fault, which has the mapping. A mapping gets its anon_vma without a
 * change of the generation.
 */
static __noinline void vma_take(struct thread *th, struct vm_area_struct *vma, struct mm_struct *mm)
{
	if (!vma_is_kept(th, mm) || th->vma_is_fresh)
		vma_copy(th, vma, mm);
}

/* Finds the mapping of rec.addr. It may be the last one, if the address space did not change. */
static __noinline void vma_find(struct thread *th, struct task_struct *task)
{
	struct mm_struct *mm = kread(task, struct task_struct, mm);
	struct ft_fault *rec = &th->rec;
	struct vm_area_struct *vma;

	if (!mm) {
		rec->vma.facts = 0;
		return;
	}
	if (vma_is_kept(th, mm))
		return;
	vma = vma_search(mm, rec->addr);
	if (vma)
		vma_copy(th, vma, mm);
	if (!vma || !vma_covers(rec))
		rec->vma.facts = th->vma_facts = FT_VMA_KNOWN;
}

#endif /* FT_VMA_BPF_H */
