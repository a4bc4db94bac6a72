-- a report of GenomeStudio is a text file
alter table genetics.genotype_file drop constraint genotype_file_ending_check;
alter table genetics.genotype_file add constraint genotype_file_ending_check
  check (ending in ('.csv', '.csv.gz', '.txt', '.vcf', '.vcf.gz', '.vcf.bgz', '.bcf', '.zip'));
