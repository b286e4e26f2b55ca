/* SPDX-License-Identifier: GPL-2.0-only */
#include "container_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/cleanup.h"
#include "../base/json_texts.h"
#include "bounded_file.h"

/* Configurations have some 10 KB; those of containers with many mounts more. */
#define FILE_MAX (1U << 20)
/* Of /var/log/containers: a node has some hundred. */
#define LOGS_MAX 65536
#define LOGS	 "var/log/containers"

enum name { NAMESPACE, POD, CONTAINER, NAMES };

/* Where a runtime keeps a file for each container, below the root, and what in it is a name. */
static const struct place {
	const char *before, *after; /* the id is between them */
	const char *runtime;	    /* NULL: several runtimes have such files */
	struct json_keys {
		const char *keys[JSON_KEYS_MAX];
	} names[NAMES];
} places[] = {
	{ "run/containerd/io.containerd.runtime.v2.task/k8s.io/",
	  "/config.json",
	  "containerd",
	  { { { "annotations", "io.kubernetes.cri.sandbox-namespace" } },
	    { { "annotations", "io.kubernetes.cri.sandbox-name" } },
	    { { "annotations", "io.kubernetes.cri.container-name" } } } },
	{ "run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/",
	  "/config.json",
	  "containerd",
	  { { { "annotations", "io.kubernetes.cri.sandbox-namespace" } },
	    { { "annotations", "io.kubernetes.cri.sandbox-name" } },
	    { { "annotations", "io.kubernetes.cri.container-name" } } } },
	{ "run/containers/storage/overlay-containers/",
	  "/userdata/config.json",
	  NULL,
	  { { { "annotations", "io.kubernetes.pod.namespace" } },
	    { { "annotations", "io.kubernetes.pod.name" } },
	    { { "annotations", "io.kubernetes.container.name" } } } },
	{ "var/lib/containers/storage/overlay-containers/",
	  "/userdata/config.json",
	  NULL,
	  { { { "annotations", "io.kubernetes.pod.namespace" } },
	    { { "annotations", "io.kubernetes.pod.name" } },
	    { { "annotations", "io.kubernetes.container.name" } } } },
	{ "var/lib/docker/containers/",
	  "/config.v2.json",
	  "docker",
	  { { { "Config", "Labels", "io.kubernetes.pod.namespace" } },
	    { { "Config", "Labels", "io.kubernetes.pod.name" } },
	    { { "Config", "Labels", "io.kubernetes.container.name" } } } },
};

/* The key of docker's own name of a container, which begins with a slash. */
#define DOCKER_NAME "Name"

static void set_name(char *name, const struct json_text *text)
{
	if (text->is_there && strlen(text->text) < CONTAINER_NAME_MAX)
		strcpy(name, text->text);
}

/* 0, or -errno: there is no such file, or it tells no name. */
static int read_place(int root, const struct place *place, const char *id,
		      struct container_names *ret)
{
	struct json_text texts[NAMES + 1] = { [NAMES].keys = { DOCKER_NAME } };
	char path[512];
	struct buf file = { 0 };
	int err;

	for (size_t i = 0; i < NAMES; i++)
		memcpy(texts[i].keys, place->names[i].keys, sizeof(texts[i].keys));
	snprintf(path, sizeof(path), "%s%s%s", place->before, id, place->after);
	err = bounded_file__read(root, path, FILE_MAX, &file);
	if (!err)
		err = json_texts__find(file.data, file.len, texts, NAMES + 1);
	buf__free(&file);
	if (err)
		return err;
	set_name(ret->namespace, &texts[NAMESPACE]);
	set_name(ret->pod, &texts[POD]);
	set_name(ret->container, &texts[CONTAINER]);
	if (!*ret->pod && !*ret->container && *texts[NAMES].text == '/') {
		memmove(texts[NAMES].text, texts[NAMES].text + 1, strlen(texts[NAMES].text));
		set_name(ret->container, &texts[NAMES]);
	}
	if (!ret->runtime)
		ret->runtime = place->runtime;
	return *ret->pod || *ret->container ? 0 : -ENODATA;
}

/* ---- Logs ------------------------------------------------------------------------------ */

/* Takes what is before the first of these characters. False: it is nothing, or too much. */
static bool take_until(const char **at, char c, char *ret)
{
	const char *end = strchr(*at, c);
	size_t len = end ? (size_t)(end - *at) : 0;

	if (!len || len >= CONTAINER_NAME_MAX)
		return false;
	memcpy(ret, *at, len);
	ret[len] = '\0';
	*at = end + 1;
	return true;
}

/* "POD_NAMESPACE_CONTAINER-ID.log": no name in it has an underscore. */
static bool read_log_name(const char *file, const char *id, struct container_names *ret)
{
	char ending[CONTAINER_ID_DIGITS + sizeof("-.log")];
	struct container_names found = { .runtime = ret->runtime };
	size_t len;

	snprintf(ending, sizeof(ending), "-%s.log", id);
	if (!take_until(&file, '_', found.pod) || !take_until(&file, '_', found.namespace))
		return false;
	len = strlen(file);
	if (len <= strlen(ending) || strchr(file, '_') ||
	    strcmp(file + len - strlen(ending), ending) != 0)
		return false;
	len -= strlen(ending);
	if (len >= sizeof(found.container))
		return false;
	memcpy(found.container, file, len);
	*ret = found;
	return true;
}

static void read_logs(int root, const char *id, struct container_names *ret)
{
	int fd = bounded_folder__open(root, LOGS);
	DIR *logs __cleanup_closedir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (fd >= 0 && !logs)
		close(fd);
	for (unsigned int i = 0; logs && i < LOGS_MAX && (entry = readdir(logs)); i++)
		if (read_log_name(entry->d_name, id, ret))
			return;
}

/* ---- All ------------------------------------------------------------------------------- */

int container_names__open(const char *root)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Only such an id may be a part of a path: others may be "..". */
static bool is_id(const char *id)
{
	return strlen(id) == CONTAINER_ID_DIGITS &&
	       strspn(id, "0123456789abcdef") == CONTAINER_ID_DIGITS;
}

void container_names__find(int root, const struct container *container, struct container_names *ret)
{
	*ret = (struct container_names) { .runtime = container->runtime };
	if (root < 0 || !is_id(container->id))
		return;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!read_place(root, &places[i], container->id, ret))
			return;
	read_logs(root, container->id, ret);
}

void container_names__add_text(const struct container *container,
			       const struct container_names *names, struct buf *text)
{
	const char *own = *names->container ? names->container : container->id;

	if (*names->namespace && *names->pod)
		buf__addf(text, "%s/%s%s%s", names->namespace, names->pod, *own ? "/" : "", own);
	else
		buf__adds(text, *own ? own : container->pod_uid);
}
