# A few seconds of fuzzing for each target of test/fuzz, on seeds that reach
# deep at once.  Longer runs: test/fuzz/Makefile.
# with-cluster: --no-extension
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename;
use File::Temp qw(tempdir);
use Test::More;

my $fuzz = abs_path(dirname(__FILE__) . "/../fuzz");
my $log  = qx(clang --version 2>&1);
plan skip_all => 'no clang' if $? != 0;

my %seeds = (
	fuzz_format => [
		"\x002024-02-29", "\x0123:59:60.5+01:00", "\x022024-02-29T12:00:00Z",
		"\x03123e4567-e89b-12d3-a456-426614174000", "\x04192.168.0.1", "\x051:2::192.168.0.1",
		"\x06\"a b\"\@[IPv6:::1]", "\x07xn--ngba5hb2804a.xn--k8j5u", "\x08http://u:p\@[v1.a]:80/%41?b#c"
	],
	fuzz_json => [
		'{"a":"x/../y","b":{"c":1.50e+3},"d":"\ud83d\udc32%2e&?#"}', '{"a":true,"b":{"c":"\u0041\/\n"},"d":-0.0}',
		'[{"a":[null,[{}]],"":{"b.c":"secret"}},"\u0073ecret"]', '{"a":"..","b":{"c":""},"d":"%252e%252e%5c"}', '"\u0000\ud800"'
	],
	fuzz_mcp => [
		"\x00" . '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}' . "\n",
		"\x02" . '[{"jsonrpc":"2.0","id":"\u0061","method":"tools/list"},{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}]' . "\n",
		"\x04" . '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"query","arguments":{"sql":"x","parameters":[1,null,"\ud83d\udc32",{}]}}}' . "\n",
		"\x04" . '{"jsonrpc":"2.0","id":-3,"method":"tools/call","params":{"name":"call","arguments":{"method":"m","wait_seconds":1},"_meta":{"progressToken":1}}}' . "\n",
		"\x04" . '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"call_m","arguments":{}}}' . "\n{\x00\n[[[\xff\n",
		"\x01" . '{"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}' . "\n"
	],
	fuzz_regex => [
		"^(?:ab|c)+?d{2,3}\$\nabcdd", "[^a-c\\d\\u{1F400}-\\u{1F4FF}]*\\b\nxyz",
		"(a+)+\$\naaaa!", "\\ud83d\\udc32|\\cC\\x41\\t|\\B.\n\xF0\x9F\x90\xB2", "((a?){0,5}){3}\\W\na"
	],);

$log = qx(make -s -C $fuzz 2>&1);
is($?, 0, 'fuzz targets build') or diag($log);
for my $target (sort keys %seeds)
{
	my $dir = tempdir(CLEANUP => 1);
	my $n   = 0;
	for my $seed (@{ $seeds{$target} })
	{
		open my $out, '>:raw', "$dir/" . $n++ or die $!;
		print $out $seed;
		close $out;
	}
	$log = qx(cd $dir && $fuzz/build/$target -max_total_time=5 -timeout=10 -max_len=300 . 2>&1);
	is($?, 0, "$target survives") or diag($log);
	note($1) if $log =~ /(Done \d+ runs in \d+ second)/;
}
done_testing();
