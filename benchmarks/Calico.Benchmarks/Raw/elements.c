/*
 * How fast the kernel takes elements: what `calico-bench` holds its own writing of sets against.
 *
 *   elements COUNT
 *
 * Makes a table with a set of IPv4 addresses in the network namespace it runs in, adds COUNT addresses in one transaction
 * over a socket that is open already, removes the table, and does so once more. Prints the milliseconds of adding them the
 * second time, building the messages included. One sendmsg: batch begin, messages of up to 60 KiB of elements, batch end.
 */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { LARGEST = 60 * 1024 };

static const char table[] = "bench-raw", set[] = "elements";
static char *buffer;
static size_t used;
static uint32_t sequence;
static struct nlmsghdr *last;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void *room(size_t size)
{
	void *place = buffer + used;

	memset(place, 0, NLMSG_ALIGN(size));
	used += NLMSG_ALIGN(size);
	return place;
}

static struct nlmsghdr *message(uint16_t type, uint16_t flags, uint8_t family, uint16_t resource)
{
	struct nlmsghdr *header = room(sizeof *header);
	struct nfgenmsg *general = room(sizeof *general);

	*header = (struct nlmsghdr){ .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++sequence };
	*general = (struct nfgenmsg){ .nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(resource) };
	return header;
}

static void end(struct nlmsghdr *header)
{
	header->nlmsg_len = buffer + used - (char *)header;
}

static struct nlattr *nest(uint16_t type)
{
	struct nlattr *attribute = room(sizeof *attribute);

	attribute->nla_type = type | NLA_F_NESTED;
	return attribute;
}

static void unnest(struct nlattr *attribute)
{
	attribute->nla_len = buffer + used - (char *)attribute;
}

static void put(uint16_t type, const void *value, size_t size)
{
	struct nlattr *attribute = room(sizeof *attribute + size);

	attribute->nla_type = type;
	attribute->nla_len = sizeof *attribute + size;
	memcpy(attribute + 1, value, size);
}

static void put_number(uint16_t type, uint32_t number)
{
	number = htonl(number);
	put(type, &number, sizeof number);
}

static struct nlmsghdr *command(int verb, uint16_t flags)
{
	last = message(NFNL_SUBSYS_NFTABLES << 8 | verb, flags, NFPROTO_INET, 0);
	put(NFTA_TABLE_NAME, table, sizeof table);
	return last;
}

static void begin(void)
{
	used = 0;
	end(message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
}

static void commit(int socket)
{
	char answer[64 * 1024];
	struct nlmsghdr *header = (struct nlmsghdr *)answer;
	ssize_t length;

	end(message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
	last->nlmsg_flags |= NLM_F_ACK;
	if (send(socket, buffer, used, 0) < 0)
		fail("send");
	length = recv(socket, answer, sizeof answer, 0);
	if (length < 0 || !NLMSG_OK(header, (size_t)length) || header->nlmsg_type != NLMSG_ERROR)
		fail("no answer");
	if (*(int *)NLMSG_DATA(header)) {
		fprintf(stderr, "the kernel refuses: %s\n", strerror(-*(int *)NLMSG_DATA(header)));
		exit(1);
	}
}

static void create(int socket)
{
	struct nlmsghdr *header;

	begin();
	end(command(NFT_MSG_NEWTABLE, NLM_F_CREATE));
	header = command(NFT_MSG_NEWSET, NLM_F_CREATE);
	put(NFTA_SET_NAME, set, sizeof set);
	put_number(NFTA_SET_FLAGS, 0);
	put_number(NFTA_SET_KEY_TYPE, 7); /* ipv4_addr */
	put_number(NFTA_SET_KEY_LEN, 4);
	put_number(NFTA_SET_ID, 1);
	end(header);
	commit(socket);
}

static void add(int socket, uint32_t count)
{
	uint32_t done = 0;

	begin();
	while (done < count) {
		struct nlmsghdr *header = command(NFT_MSG_NEWSETELEM, NLM_F_CREATE);
		struct nlattr *list;

		put(NFTA_SET_ELEM_LIST_SET, set, sizeof set);
		list = nest(NFTA_SET_ELEM_LIST_ELEMENTS);
		for (; done < count && buffer + used - (char *)header < LARGEST; done++) {
			uint32_t address = htonl(0x0a000000 + done);
			struct nlattr *element = nest(NFTA_LIST_ELEM), *key = nest(NFTA_SET_ELEM_KEY);

			put(NFTA_DATA_VALUE, &address, sizeof address);
			unnest(key);
			unnest(element);
		}
		unnest(list);
		end(header);
	}
	commit(socket);
}

static void drop(int socket)
{
	begin();
	end(command(NFT_MSG_DELTABLE, 0));
	commit(socket);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	int netfilter = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER), size = 256 << 20;
	double began, took = 0;

	buffer = malloc(64 * 1024 + (size_t)count * 32);
	if (netfilter < 0 || !buffer || setsockopt(netfilter, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size))
		fail("open");
	for (int round = 0; round < 2; round++) {
		create(netfilter); /* a set that was emptied keeps its size, and would take them quicker */
		began = now();
		add(netfilter, count);
		took = now() - began;
		drop(netfilter);
	}
	printf("%.3f\n", took);
	return 0;
}
