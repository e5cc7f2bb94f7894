# What analysts and their agents write: as a conversation it gives what it gives
# an equally granted ordinary role.
use strict;
use warnings;

use AgentSandbox;
use Cwd 'abs_path';
use File::Basename;
use IPC::Run ();
use Test::More;

my $test = dirname(abs_path(__FILE__)) . '/..';
load_chinook('public');

my $plain = { role => 'honest_plain', password => 'honest' };
sql(<<~SQL);
	SELECT agentsandbox.create_profile('honest');
	CREATE ROLE honest_plain LOGIN PASSWORD 'honest';
	GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO honest, honest_plain;
	SQL
open(my $shop, '<', "$test/honest/shop.setup") or die "shop.setup: $!";
sql(join '', <$shop>);
close $shop;
my $conversation = open_conversation('honest');

local $ENV{HONEST_SANDBOX} = conninfo($conversation);
local $ENV{HONEST_PLAIN} = conninfo($plain);
my ($out, $err) = ('', '');
IPC::Run::run([ "$test/honest/run" ], \'', \$out, \$err, IPC::Run::timeout(300));
my $status = $? >> 8;

my ($statements) = $out =~ /^honest: (\d+) statements/m;
cmp_ok($statements // 0, '>=', 1014, 'the statements ran');
is($status, 0, 'none is refused, none gives another result') or diag($out, $err);
note('figure: ', $out =~ /^(honest: .*)$/m);

done_testing();
