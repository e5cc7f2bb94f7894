# Where the server translates its messages, what they tell of hidden names has
# other quotes and other words around it.
# with-cluster: --conf "lc_messages = 'C.UTF-8'"
use strict;
use warnings;
use AgentSandbox;
use Test::More;

# whatever the locale is, gettext takes the language from here
$ENV{LANGUAGE} = 'de';
system($ENV{AGENTSANDBOX_PG_CTL}, qw(restart -s -w -m fast)) == 0 or die 'the server does not restart';
plan skip_all => 'the server was installed without its translations' if (psql(conninfo(), 'SELECT 1/0'))[2] !~ /Division durch Null/;

sql(<<~'SQL');
	CREATE TABLE hidtable (id int);
	CREATE VIEW hidgrouped AS SELECT max(id) AS id FROM hidtable;
	CREATE VIEW grouped AS SELECT * FROM hidgrouped;
	CREATE MATERIALIZED VIEW hidmat AS SELECT 1 AS id WITH NO DATA;
	CREATE VIEW mat AS SELECT * FROM hidmat;
	SELECT agentsandbox.create_profile('p', search_path => 'public');
	GRANT SELECT, INSERT ON grouped, mat TO p;
	SQL
my $c = open_conversation('p');
unlike(refused($c, $_, '55000', "refused: $_"), qr/hid/, '... and tells no name')
  for 'INSERT INTO grouped VALUES (1)', 'SELECT * FROM mat';

done_testing();
