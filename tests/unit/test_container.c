/* SPDX-License-Identifier: GPL-2.0-only */
/* Which container a cgroup belongs to: the paths of real machines, garbage, and hostile paths. */
#include <stdlib.h>

#include "../../src/host/container.h"
#include "random.h"
#include "test.h"

#define ID   "17db96a24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a"
#define ID2  "c74b0f5062f0bc726cae1e9369ad4a95deed6b298d247f0407475adb23fa3190"
#define UID  "8712f785-1a3e-41ec-a00b-e2dcc77431cb"
#define U_D  "8712f785_1a3e_41ec_a00b_e2dcc77431cb"
#define UD2  "2942c55e_c9cb_428a_93f4_eaf89c1f3ce0"
#define KUBE "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" U_D ".slice"

struct sample {
	const char *path, *runtime, *id, *pod_uid;
};

static const struct sample samples[] = {
	/* docker: cgroupfs, systemd, rootless; a container's own cgroups below it */
	{ "/docker/" ID, "docker", ID, "" },
	{ "/docker/" ID "/init", "docker", ID, "" },
	{ "/docker/" ID "/system.slice/nginx.service", "docker", ID, "" },
	{ "/system.slice/docker-" ID ".scope", "docker", ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope", "docker",
	  ID, "" },
	{ KUBE "/docker-" ID ".scope", "docker", ID, UID },
	{ "/ecstasks.slice/ecstasks-1.slice/docker-" ID ".scope", "docker", ID, "" },
	/* the mere id below a pod: docker, containerd and others do so with cgroupfs */
	{ "/kubepods/burstable/pod" UID "/" ID, NULL, ID, UID },
	{ "/kubepods/pod" UID "/" ID, NULL, ID, UID },
	{ "/kubepods/besteffort/pod" UID "/" ID "/kube-proxy", NULL, ID, UID },
	{ "/kubepods/burstable/pod9729a196c4723b60ab401eaff722982d/" ID, NULL, ID,
	  "9729a196c4723b60ab401eaff722982d" },
	{ "/kubepods/burstable/pod" UID, NULL, "", UID },
	/* containerd */
	{ KUBE "/cri-containerd-" ID ".scope", "containerd", ID, UID },
	{ "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod3e61c214bc3ed9ff81e21474dd6cba17.slice/cri-containerd-" ID,
	  "containerd", ID, "3e61c214bc3ed9ff81e21474dd6cba17" },
	{ "/kubepods.slice/kubepods-pod" U_D ".slice/cri-containerd-" ID ".scope", "containerd", ID,
	  UID },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" U_D ".slice:cri-containerd:" ID,
	  "containerd", ID, UID },
	{ "/system.slice/containerd.service/system.slice:cri-containerd:" ID, "containerd", ID,
	  "" },
	{ "/system.slice/nerdctl-" ID ".scope", "containerd", ID, "" },
	/* CRI-O, and its monitor, which is in the pod */
	{ "/kubepods/pod" UID "/crio-" ID, "cri-o", ID, UID },
	{ KUBE "/crio-" ID ".scope", "cri-o", ID, UID },
	{ KUBE "/crio-" ID ".scope/container", "cri-o", ID, UID },
	{ KUBE "/crio-conmon-" ID ".scope", NULL, "", UID },
	/* podman: of root, of users, in pods, split; and its monitor */
	{ "/machine.slice/libpod-" ID ".scope", "podman", ID, "" },
	{ "/machine.slice/libpod-" ID ".scope/container", "podman", ID, "" },
	{ "/libpod_parent/libpod-" ID, "podman", ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope", "podman",
	  ID, "" },
	{ "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope", "podman", ID, "" },
	{ "/system.slice/web.service/libpod-payload-" ID, "podman", ID, "" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", NULL, NULL, NULL },
	/* lxc and LXD */
	{ "/lxc/mysql-primary-db", "lxc", "mysql-primary-db", "" },
	{ "/lxc/web/system.slice/ssh.service", "lxc", "web", "" },
	{ "/lxc.payload.web-1/init.scope", "lxc", "web-1", "" },
	{ "/lxc.payload/web", "lxc", "web", "" },
	{ "/lxc.monitor.web", NULL, NULL, NULL },
	{ "/lxc", NULL, NULL, NULL },
	{ "/lxc.payload.", NULL, NULL, NULL },
	/* containers in containers: kind, minikube, docker in docker, in a pod, and lxc */
	{ "/docker/" ID2 "/kubelet.slice/kubelet-kubepods.slice/"
	  "kubelet-kubepods-besteffort.slice/kubelet-kubepods-besteffort-pod" U_D
	  ".slice/cri-containerd-" ID ".scope",
	  "containerd", ID, UID },
	{ "/docker/" ID2 "/kubelet/kubepods/besteffort/pod" UID "/" ID, NULL, ID, UID },
	{ "/system.slice/docker-" ID2 ".scope" KUBE "/docker-" ID ".scope", "docker", ID, UID },
	{ "/docker/" ID2 "/docker/" ID, "docker", ID, "" },
	{ "/docker/" ID2 "/kubepods/pod" UID, NULL, "", UID },
	{ KUBE "/cri-containerd-" ID2 ".scope/docker/" ID "/init", "docker", ID, UID },
	{ KUBE "/cri-containerd-" ID2 ".scope/kubepods.slice/kubepods-pod" UD2 ".slice/crio-" ID
	       ".scope",
	  "cri-o", ID, "2942c55e-c9cb-428a-93f4-eaf89c1f3ce0" },
	{ "/lxc.payload.host/lxc.payload.guest", "lxc", "guest", "" },
	{ "/lxc.payload.host/docker/" ID, "docker", ID, "" },
	/* what is in no container */
	{ "/", NULL, NULL, NULL },
	{ "", NULL, NULL, NULL },
	{ "/init.scope", NULL, NULL, NULL },
	{ "/system.slice/docker.service", NULL, NULL, NULL },
	{ "/system.slice/springboot.service", NULL, NULL, NULL },
	{ "/system.slice/system-serial\\x2dgetty.slice", NULL, NULL, NULL },
	{ "/system.slice/system-postgresql.slice/postgresql@9.4-main.service", NULL, NULL, NULL },
	{ "/runtime.slice/kubelet.service", NULL, NULL, NULL },
	{ "/podruntime/kubelet", NULL, NULL, NULL },
	{ "/system/dashboard", NULL, NULL, NULL },
	{ "/user.slice/user-1000.slice/session-3.scope", NULL, NULL, NULL },
	{ "/kubepods", NULL, NULL, NULL },
	{ "/kubepods.slice/kubepods-burstable.slice", NULL, NULL, NULL },
	{ "/docker", NULL, NULL, NULL },
	{ "/docker/buildkit", NULL, NULL, NULL },
	/* nearly one */
	{ "/" ID, NULL, NULL, NULL },
	{ "/mydocker/" ID, NULL, NULL, NULL },
	{ "/docker/" ID "0", NULL, NULL, NULL },
	{ "/docker/17DB96A24ae1e9dd57143e62b1cb0d2d35e693c65c774c7470e87b0572e07c1a", NULL, NULL,
	  NULL },
	{ "/docker/17db96a24ae1", NULL, NULL, NULL },
	{ "/system.slice/docker-.scope", NULL, NULL, NULL },
	{ "/system.slice/docker-" ID ".scopes", NULL, NULL, NULL },
	{ "/system.slice/xdocker-" ID ".scope", NULL, NULL, NULL },
	{ "/pod" UID "/" ID, NULL, NULL, NULL },
	{ "/kubepods/podX/" ID, NULL, NULL, NULL },
	{ "/kubepods/pod8712f785-1a3e-41ec-a00b-e2dcc77431c/" ID, NULL, NULL, NULL },
	{ "/kubepods/pod8712f785x1a3e-41ec-a00b-e2dcc77431cb/" ID, NULL, NULL, NULL },
	{ "/kubepods/pod" UID "/x/" ID, NULL, "", UID },
	{ ":::", NULL, NULL, NULL },
	{ "/.slice:", NULL, NULL, NULL },
	{ "/.slice:docker:" ID, "docker", ID, "" },
	{ "/.slice:docker-" ID, NULL, NULL, NULL },
	/* no path that the kernel makes */
	{ "//docker///" ID "//", "docker", ID, "" },
	{ "docker/" ID, "docker", ID, "" },
};

static void check_sample(const struct sample *sample)
{
	struct container is;
	bool found = container__of_path(sample->path, &is);
	bool ok = found == (sample->id != NULL);

	if (ok && found)
		ok = !strcmp(is.id, sample->id) && !strcmp(is.pod_uid, sample->pod_uid) &&
		     (is.runtime && sample->runtime ? !strcmp(is.runtime, sample->runtime)
						    : is.runtime == sample->runtime);
	if (!CHECK(ok))
		printf("#   %s: found %d, runtime %s, id %s, pod %s\n", sample->path, found,
		       is.runtime ? is.runtime : "none", is.id, is.pod_uid);
}

static void test_samples(void)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(&samples[i]);
	test_done("paths of each runtime and driver, and of none");
}

static void test_own_cgroup(void)
{
	struct container is;

	CHECK(container__of_path("/docker/" ID "/a/b", &is));
	CHECK_EQ(is.path_len, strlen("/docker/" ID));
	CHECK(container__of_path(KUBE "/crio-conmon-" ID ".scope", &is));
	CHECK_EQ(is.path_len, strlen(KUBE));
	CHECK(container__of_path("/docker/" ID2 "/docker/" ID "/x", &is));
	CHECK_EQ(is.path_len, strlen("/docker/" ID2 "/docker/" ID));
	test_done("which cgroup is the container's own");
}

static bool is_sound(const char *path)
{
	struct container is;
	bool found = container__of_path(path, &is);

	return found ? (*is.id || *is.pod_uid) && is.path_len && is.path_len <= strlen(path)
		     : !*is.id && !*is.pod_uid && !is.path_len && !is.runtime;
}

/* A path as long and as deep as can be, a name as long as can be, and words in any order. */
static void test_hostile(void)
{
	static const char *const words[] = {
		"/",	    "//",  "docker",	     "docker-", ID,	   ".scope",
		".slice",   ":",   "kubepods",	     "pod",	"-pod",	   UID,
		U_D,	    "lxc", "lxc.payload.",   "crio-",	"libpod-", "\n",
		"\xff\xfe", "..",  "cri-containerd", "\"",	"\\",	   "a",
	};
	char *path = calloc(1, 1 << 20), name[600];
	struct container is;
	struct random random = { 17 };
	bool ok = true;

	if (!CHECK(path))
		return;
	for (int i = 0; i < 100000; i++)
		memcpy(path + (size_t)i * 7, "/docker", 7);
	CHECK(is_sound(path));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memcpy(name, "/lxc/", 5);
	CHECK(container__of_path(name, &is) && strlen(is.id) == sizeof(is.id) - 1);
	for (int round = 0; round < 20000; round++) {
		path[0] = '\0';
		for (unsigned int n = random_u32(&random) % 24; n--;)
			strcat(path,
			       words[random_u32(&random) % (sizeof(words) / sizeof(words[0]))]);
		ok &= is_sound(path);
	}
	CHECK(ok);
	free(path);
	test_done("any words in any order");
}

int main(void)
{
	test_samples();
	test_own_cgroup();
	test_hostile();
	return test_status();
}
