# Databricks notebook source
print('before')
