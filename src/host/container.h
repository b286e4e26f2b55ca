/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which container a cgroup belongs to, by the path of the cgroup alone. Container runtimes and the
 * kubelet have conventions for these paths. What a path does not say is unknown, and never guessed.
 */
#ifndef HOST_CONTAINER_H
#define HOST_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/* A container id of docker, containerd, CRI-O and podman: so many digits of lowercase hex. */
#define CONTAINER_ID_DIGITS 64

struct container {
	const char *runtime; /* "docker", "containerd", "cri-o", "podman", "lxc"; NULL: not known */
	char id[256];	     /* of lxc the name; "": the cgroup is in no container */
	char pod_uid[36 + 1]; /* as the API server of Kubernetes writes it; "": in no pod */
	size_t path_len;      /* how much of the path is the cgroup of the container itself */
};

/*
 * Reads the path of a cgroup below the root of its hierarchy. Of containers in containers it tells
 * the innermost. True: the cgroup is in a container, or in a pod, which may have no container here.
 */
bool container__of_path(const char *path, struct container *ret);

#endif /* HOST_CONTAINER_H */
