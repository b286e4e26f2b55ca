/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of containers from files below a root: of each runtime, of none, and of strangers. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/host/container_names.h"
#include "bounded.h"
#include "test.h"

#define ID	   "17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"
#define CONTAINERD "run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json"
#define CRIO	   "run/containers/storage/overlay-containers/" ID "/userdata/config.json"
#define DOCKER	   "var/lib/docker/containers/" ID "/config.v2.json"

static char root[] = "/tmp/test_container_names-XXXXXX";
static int root_fd = -1;

/* Makes the folders of a file below the root; returns its whole path. */
static const char *place(const char *file)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/%s", root, file);
	for (char *slash = path + sizeof(root); (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	return path;
}

static void put(const char *file, const char *text)
{
	FILE *f = fopen(place(file), "w");

	if (!CHECK(f))
		return;
	fputs(text, f);
	fclose(f);
}

static void tidy(const char *file)
{
	unlink(place(file));
}

/* What is found of the container: "RUNTIME NAMESPACE POD CONTAINER", and what a key of a row shows. */
static const char *found(const struct container *container)
{
	static char text[2048];
	struct container_names names;
	struct buf words = { 0 };

	container_names__find(root_fd, container, &names);
	container_names__add_text(container, &names, &words);
	snprintf(text, sizeof(text), "%s|%s|%s|%s|%.*s", names.runtime ? names.runtime : "",
		 names.namespace, names.pod, names.container, (int)words.len, words.data);
	buf__free(&words);
	return text;
}

static const struct container bare = { .id = ID, .pod_uid = "uid" };

static void test_runtimes(void)
{
	const struct container docker = { .runtime = "docker", .id = ID };

	CHECK_STR(found(&bare), "||||" ID);
	put(CONTAINERD,
	    "{\"ociVersion\":\"1.1.0\",\"process\":{\"args\":[\"nginx\"]},\"annotations\":{"
	    "\"io.kubernetes.cri.container-type\":\"container\","
	    "\"io.kubernetes.cri.container-name\":\"nginx\","
	    "\"io.kubernetes.cri.sandbox-name\":\"web-0\","
	    "\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}");
	CHECK_STR(found(&bare), "containerd|shop|web-0|nginx|shop/web-0/nginx");
	tidy(CONTAINERD);
	/* The container that holds a pod's namespaces has no name. */
	put(CONTAINERD, "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\","
			"\"io.kubernetes.cri.sandbox-name\":\"web-0\","
			"\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}");
	CHECK_STR(found(&bare), "containerd|shop|web-0||shop/web-0/" ID);
	tidy(CONTAINERD);
	put(CRIO, "{\"annotations\":{\"io.kubernetes.container.name\":\"db\","
		  "\"io.kubernetes.pod.name\":\"db-1\",\"io.kubernetes.pod.namespace\":\"shop\"}}");
	CHECK_STR(found(&bare), "|shop|db-1|db|shop/db-1/db");
	tidy(CRIO);
	put(DOCKER, "{\"Config\":{\"Labels\":{}},\"Name\":\"/web\"}");
	CHECK_STR(found(&docker), "docker|||web|web");
	put(DOCKER, "{\"Config\":{\"Labels\":{\"io.kubernetes.container.name\":\"nginx\","
		    "\"io.kubernetes.pod.name\":\"web-0\",\"io.kubernetes.pod.namespace\":"
		    "\"shop\"}},\"Name\":\"/k8s_nginx_web-0_shop_uid_0\"}");
	CHECK_STR(found(&bare), "docker|shop|web-0|nginx|shop/web-0/nginx");
	tidy(DOCKER);
	put("var/log/containers/other_x_y-" ID "0.log", "");
	put("var/log/containers/web-0_shop_my-nginx-" ID ".log", "");
	CHECK_STR(found(&bare), "|shop|web-0|my-nginx|shop/web-0/my-nginx");
	tidy("var/log/containers/web-0_shop_my-nginx-" ID ".log");
	tidy("var/log/containers/other_x_y-" ID "0.log");
	test_done("each runtime's files");
}

static void test_unknown(void)
{
	const struct container lxc = { .runtime = "lxc", .id = ".." }, pod = { .pod_uid = "uid" };

	CHECK_STR(found(&lxc), "lxc||||..");
	CHECK_STR(found(&pod), "||||uid");
	put(CONTAINERD, "{\"annotations\":{}} x");
	put(CRIO, "[]");
	put(DOCKER, "{\"Name\":7}");
	CHECK_STR(found(&bare), "docker||||" ID);
	put("var/log/containers/web-0_shop_a_b-" ID ".log", "");
	put("var/log/containers/_shop_a-" ID ".log", "");
	put("var/log/containers/web_shop_-" ID ".log", "");
	CHECK_STR(found(&bare), "docker||||" ID);
	tidy("var/log/containers/web-0_shop_a_b-" ID ".log");
	tidy("var/log/containers/_shop_a-" ID ".log");
	tidy("var/log/containers/web_shop_-" ID ".log");
	tidy(CONTAINERD);
	tidy(CRIO);
	tidy(DOCKER);
	test_done("what no file tells is not known");
}

static bool finds_nothing(const char *unused)
{
	(void)unused;
	return !strcmp(found(&bare), "||||" ID);
}

/* A FIFO, a folder, a link, a file without an end: none is read, and none is waited for. */
static void test_hostile(void)
{
	static const char whole[] = "{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"x\"}}";

	CHECK(!mkfifo(place(CONTAINERD), 0600));
	CHECK(!mkdir(place(CRIO), 0700));
	CHECK(!symlink("/dev/zero", place(DOCKER)));
	CHECK(is_bounded(finds_nothing, ""));
	tidy(CONTAINERD);
	rmdir(place(CRIO));
	tidy(DOCKER);
	put("outside.json", whole);
	CHECK(!symlink("/outside.json", place(CONTAINERD)));
	CHECK(is_bounded(finds_nothing, ""));
	tidy(CONTAINERD);
	put(CONTAINERD, whole);
	CHECK(!truncate(place(CONTAINERD), 1LL << 40));
	CHECK(is_bounded(finds_nothing, ""));
	tidy(CONTAINERD);
	tidy("outside.json");
	test_done("files of strangers");
}

int main(void)
{
	char command[64];

	if (!mkdtemp(root))
		return 1;
	root_fd = container_names__open(root);
	CHECK(root_fd >= 0);
	CHECK(container_names__open("/nonexistent") < 0);
	test_runtimes();
	test_unknown();
	test_hostile();
	snprintf(command, sizeof(command), "rm -r %s", root);
	CHECK(!system(command));
	return test_status();
}
